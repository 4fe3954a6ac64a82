package org.penlb;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Launch;
import org.penlb.config.RequestLogTarget;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.UnavailableException;
import org.penlb.log.Diagnostics;
import org.penlb.unix.WholeFile;

/// `pen --check`: reads what a start would read, and says what it comes to. Opens no socket and
/// writes no file, so that it can be asked beside a running pen.
///
/// Owned by: the main thread.
final class Check {
  private final Launch launch;
  private final PrintStream out;
  private final PrintStream err;
  private final List<String> errors = new ArrayList<>();
  private Administration.Reading reading;

  Check(Launch launch, PrintStream out, PrintStream err) {
    this.launch = launch;
    this.out = out;
    this.err = err;
  }

  /// Returns the exit status.
  int run() {
    Diagnostics.toStderr(-1);
    try {
      var administration = new Administration(launch, () -> {});
      reading = administration.read();
      var configuration = reading.configuration();
      step(() -> ControlAccess.check(launch, configuration));
      process(configuration);
      configuration.services().forEach(this::service);
      reading.pending().forEach(question -> out.println("then: " + question.line()));
    } catch (BadSettingException e) {
      e.getMessage().lines().forEach(errors::add);
    }
    errors.forEach(error -> Pen.complain(err, error));
    return errors.isEmpty() ? 0 : 1;
  }

  /// Something that may be wrong, whatever else is.
  @FunctionalInterface
  private interface Step {
    void take() throws IOException, BadSettingException;
  }

  private void step(Step step) {
    try {
      step.take();
    } catch (BadSettingException e) {
      errors.add(reading.placed(e).getMessage());
    } catch (UnavailableException e) {
      errors.add(reading.placed(e).getMessage());
    } catch (IOException e) {
      errors.add(e.getMessage());
    }
  }

  private void process(Configuration configuration) {
    if (launch.control() != null) {
      out.println("control: " + launch.control());
    }
    if (configuration.webStats() != null) {
      var report = WholeFile.volatileOne(configuration.webStats(), "report");
      file("report", report.file(), report::check);
    }
    step(() -> new ListsInForce().prepare(configuration, true));
    for (int i = 0; i < configuration.lists().size(); i++) {
      var list = configuration.lists().get(i);
      if (!list.isEmpty()) {
        out.printf(
            "access list %d, entries: %d; others are %s%n",
            i, list.size(), list.getLast().permit() ? "denied" : "permitted");
      }
    }
  }

  private void service(ServiceConfig service) {
    out.println("service " + service.name());
    out.println(
        "  listens on "
            + String.join(", ", service.listen().stream().map(Object::toString).toList())
            + (service.udp() ? ", UDP" : ""));
    out.println("  mode: " + service.settings().mode());
    for (int slot = 0; slot < service.servers().size(); slot++) {
      server(service, "server " + slot, service.servers().get(slot));
    }
    server(service, "emergency", service.emergency());
    server(service, "abuse", service.abuse());
    var log = service.requestLog();
    if (log != null && RequestLogTarget.isFile(log)) {
      file("  request log", Path.of(log), () -> checkLog(Path.of(log)));
    } else if (log != null) {
      out.println("  request log: " + log);
    }
  }

  /// One that pen would write. Whether it may depends on who starts it, which need not be who asks.
  private void file(String what, Path file, Step check) {
    var directory = file.toAbsolutePath().getParent();
    if (!Files.notExists(directory) && !Files.isWritable(directory)) {
      out.println(what + ": " + file + ", where you may not write");
    } else {
      step(check);
      out.println(what + ": " + file);
    }
  }

  private static void checkLog(Path file) throws IOException {
    if (!Files.isDirectory(file.toAbsolutePath().getParent())) {
      throw new IOException("cannot open request log " + file + ": no such directory");
    }
    if (Files.isDirectory(file)) {
      throw new IOException("cannot open request log " + file + ": Is a directory");
    }
  }

  private void server(ServiceConfig service, String role, ServerSpec spec) {
    if (spec == null) {
      return;
    }
    try {
      var address = InetAddress.getByName(spec.host()).getHostAddress();
      out.printf(
          "  %s: %s%s%s%n",
          role,
          spec.port() == 0 ? "not used" : spec.hostAndPort(),
          address.equals(spec.host()) ? "" : " (" + address + ")",
          spec.drain() == null ? "" : ", no new clients");
    } catch (UnknownHostException e) {
      errors.add(
          reading.placed(
              service.name() + "/" + role, "server " + spec.hostAndPort() + ": unknown host"));
    }
  }
}
