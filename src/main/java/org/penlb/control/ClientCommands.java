package org.penlb.control;

import static org.penlb.language.Command.Group.CLIENTS;

import java.time.Duration;
import java.util.List;
import org.penlb.acl.BadAddressException;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Client;
import org.penlb.balance.Explanation;
import org.penlb.balance.Service;
import org.penlb.config.BadSettingException;
import org.penlb.language.Command;
import org.penlb.language.Language;
import org.penlb.language.RunningPen;
import org.penlb.language.Statement;
import org.penlb.language.Words;

/// The commands about clients: who they are, why they are where they are, and how to move them.
final class ClientCommands {
  private static final int RECENT_SECONDS = 300;

  /// Lines of a reply that lists clients; who wants more wants another tool.
  private static final int LINES_MAX = 20_000;

  private static final int ANY_PORT = -1;

  private ClientCommands() {}

  static List<Command> all() {
    return List.of(
        new Command(
            CLIENTS,
            "recent",
            "[S]",
            "The clients of the last S seconds (300): connections, bytes sent and received",
            ClientCommands::recent),
        new Command(
            CLIENTS,
            "clients",
            "",
            "The newest 1000 clients, each with its server and why it is there",
            (_, _) ->
                Statement.request(
                    (pen, service) -> Replies.clients(pen.service(service).snapshot()))),
        new Command(
            CLIENTS,
            "why",
            "ADDR",
            "Where this client would go now, why, since when, and what happened before",
            ClientCommands::why),
        new Command(
            CLIENTS,
            "pin",
            "[ADDR N [SEC]]",
            "Send a client to server N, for so long or until `unpin`; alone: show all pins. `write`"
                + " leaves them out; one that stands in a file is made each time the file is read",
            ClientCommands::pin),
        new Command(CLIENTS, "unpin", "ADDR", "End a pin", ClientCommands::unpin),
        new Command(
            CLIENTS,
            "forget",
            "ADDR | server N",
            "Drop a client, or all of server N, from the client table; live connections go on",
            ClientCommands::forget));
  }

  /// The address of a client, as the next word.
  static ClientAddress client(Words words) throws BadSettingException {
    var text = words.word("the address of a client");
    try {
      return ClientAddress.parse(text);
    } catch (BadAddressException e) {
      throw new BadSettingException(
          "'" + Language.echo(text) + "' is no client, expected an IPv4 or IPv6 address");
    }
  }

  private static Statement recent(Words words, boolean no) throws BadSettingException {
    int seconds = words.hasNext() ? words.number("S", 1, 1_000_000_000) : RECENT_SECONDS;
    return Statement.request(
        (pen, service) -> {
          long now = pen.nowNanos();
          var clients = pen.service(service).service().clients();
          clients.forgetExpired(now);
          boolean udp = pen.configuration(service).udp();
          return recent(clients.newest(LINES_MAX + 1), now - seconds * 1_000_000_000L, udp);
        });
  }

  /// @param clients the newest first
  private static String recent(List<Client> clients, long sinceNanos, boolean udp) {
    var lines = new StringBuilder();
    int count = 0;
    for (var client : clients) {
      if (client.lastVisitNanos() - sinceNanos < 0) {
        break; // the others are older
      }
      if (++count > LINES_MAX) {
        return lines.append("and more: these are the newest %d\n".formatted(LINES_MAX)).toString();
      }
      lines.append(
          "%s connects %d sx %d rx %d%s\n"
              .formatted(
                  client.address(),
                  client.connects(),
                  client.sent(),
                  client.received(),
                  Replies.datagrams(udp, client.sentDatagrams(), client.receivedDatagrams())));
    }
    return lines.toString();
  }

  private static Statement why(Words words, boolean no) throws BadSettingException {
    var address = client(words);
    return Statement.request((pen, service) -> WhyText.of(explain(pen, service, address)));
  }

  static Explanation explain(RunningPen pen, String service, ClientAddress address)
      throws BadSettingException {
    return pen.service(service).service().explain(address, ANY_PORT, pen.nowNanos());
  }

  private static Statement pin(Words words, boolean no) throws BadSettingException {
    if (!words.hasNext()) {
      return Statement.request(ClientCommands::pins);
    }
    var address = client(words);
    int slot = words.slot();
    var time = words.hasNext() ? words.seconds(1) : null;
    return Statement.request(
        (pen, name) -> {
          var service = pen.service(name).service();
          checkSlot("pin", service, slot);
          service.pin(address, slot, pen.nowNanos(), time);
          return "";
        });
  }

  private static void checkSlot(String command, Service service, int slot)
      throws BadSettingException {
    int size = service.servers().size();
    if (slot >= size) {
      throw new BadSettingException(
          "%s: there is no server %d, expected a number from 0 to %d"
              .formatted(command, slot, size - 1));
    }
  }

  private static String pins(RunningPen pen, String service) throws BadSettingException {
    long now = pen.nowNanos();
    var lines = new StringBuilder();
    for (var pin : pen.service(service).service().pins(now)) {
      lines.append("pin ").append(pin.address()).append(' ').append(pin.slot());
      Duration left = pin.left(now);
      lines.append(left == null ? "" : " " + Math.ceilDiv(left.toMillis(), 1000)).append('\n');
    }
    return lines.toString();
  }

  private static Statement unpin(Words words, boolean no) throws BadSettingException {
    var address = client(words);
    return Statement.request(
        (pen, name) -> {
          if (!pen.service(name).service().unpin(address)) {
            throw new BadSettingException(
                "unpin: " + address + " is not pinned, expected one that `pin` lists");
          }
          return "";
        });
  }

  private static Statement forget(Words words, boolean no) throws BadSettingException {
    if (words.take("server")) {
      int slot = words.slot();
      return Statement.request(
          (pen, name) -> {
            var service = pen.service(name).service();
            checkSlot("forget", service, slot);
            int count = service.clients().forget(service.servers().server(slot));
            return "clients forgotten: " + count + "\n";
          });
    }
    var address = client(words);
    return Statement.request(
        (pen, name) -> {
          if (!pen.service(name).service().forget(address)) {
            throw new BadSettingException(
                "forget: " + address + " is not known, expected one that `clients` lists");
          }
          return "";
        });
  }
}
