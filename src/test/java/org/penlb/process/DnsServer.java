package org.penlb.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/// A dnsmasq that says 192.0.2.N for every name, and `long.test` has a text of so many N that it is
/// too long for a datagram of old.
final class DnsServer implements AutoCloseable {
  private final int number;
  private final int port;
  private Process process;

  /// Returns when it answers.
  DnsServer(int number, int port) throws IOException {
    this.number = number;
    this.port = port;
    start();
  }

  String host() {
    return "127.0.7." + number;
  }

  /// As an argument of pen.
  String address() {
    return host() + ":" + port;
  }

  /// As [Protocol#DNS] calls it.
  String name() {
    return "server " + number;
  }

  /// As dig writes its address.
  String answer() {
    return "192.0.2." + number;
  }

  /// Also after [#kill].
  void start() throws IOException {
    var text = Integer.toString(number).repeat(200);
    process =
        new ProcessBuilder(
                Programs.needed("dnsmasq"),
                "--no-daemon",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--listen-address=" + host(),
                "--port=" + port,
                "--address=/#/" + answer(),
                "--txt-record=long.test," + String.join(",", text, text, text, text))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    PenProcess.eventually("dnsmasq " + host() + " answers", this::answers);
  }

  private boolean answers() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("dnsmasq ended with " + process.exitValue());
    }
    try (var client = new UdpClient("127.0.0.1", host(), port)) {
      return client.ask(Protocol.DNS, 50, 0).equals(name());
    } catch (IOException e) {
      return false;
    }
  }

  void kill() {
    PenProcess.kill(process);
  }

  /// Makes it silent (STOP), or lets it go on (CONT).
  void signal(String name) throws IOException, InterruptedException {
    PenProcess.signal(process.pid(), name);
  }

  @Override
  public void close() {
    kill();
  }
}
