package org.penlb.control;

import static org.penlb.language.Command.Group.INERT;

import java.util.ArrayList;
import java.util.List;
import org.penlb.config.BadSettingException;
import org.penlb.language.Command;
import org.penlb.language.Statement;

/// Commands of classic pen that old scripts contain and that have nothing to change here, and those
/// that there is nothing for yet.
final class InertCommands {
  private InertCommands() {}

  static List<Command> all() {
    var commands = new ArrayList<Command>();
    commands.add(
        new Command(
            INERT,
            "abort_on_error",
            " | no abort_on_error",
            "No effect: there is no core to be dumped",
            (_, _) -> Statement.request((_, _) -> "abort_on_error has no effect here\n")));
    for (var poller : List.of("epoll", "kqueue", "poll", "select")) {
      commands.add(inert(poller, " | no " + poller, "No effect: the JDK chooses the poller"));
    }
    commands.add(inert("block", " | no block", "No effect: no socket ever blocks"));
    commands.add(
        inert("delayed_forward", " | no delayed_forward", "No effect: data are forwarded at once"));
    commands.add(
        missing("dsr_if", "IF", "direct server return needs raw frames; use `transparent`"));
    for (var tls : List.of("ssl_ciphers", "ssl_option", "ssl_ocsp_response", "ssl_sni_path")) {
      commands.add(missing(tls, "VALUE", "TLS is not available yet"));
    }
    commands.add(missing("ssl_client_renegotiation_interval", "VALUE", "TLS is not available yet"));
    return commands;
  }

  private static Command inert(String name, String forms, String help) {
    return new Command(INERT, name, forms, help, (_, _) -> Statement.request((_, _) -> ""));
  }

  private static Command missing(String name, String forms, String why) {
    return new Command(
        INERT,
        name,
        forms,
        "Refused: " + why,
        (_, _) -> {
          throw new BadSettingException(name + ": " + why);
        });
  }
}
