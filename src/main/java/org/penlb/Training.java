package org.penlb;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.penlb.config.BadSettingException;
import org.penlb.config.CommandLine;
import org.penlb.config.Endpoint;
import org.penlb.config.UsageException;
import org.penlb.control.ControlListener;
import org.penlb.log.Diagnostics;
import org.penlb.loop.StreamSockets;
import org.penlb.unix.Background;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Syslog;

/// What the build runs while the JVM records which classes pen needs, for the AOT cache that lets
/// it start fast: the demo for what connections need, penctl, then the command itself with its
/// signals.
///
/// Owned by: the main thread, and one that plays the administrator.
final class Training {
  private static final String PROPERTY = "pen.training";
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final int DATAGRAM_MILLIS = 20_000;

  /// A Unix socket's path has at most 107 bytes (unix(7)); the build may be anywhere.
  private static final int SOCKET_MAX = 100;

  /// Of each kind of command one.
  private static final String COMMANDS =
      """
      # a comment
      web_stats REPORT
      acl 1 permit 127.0.0.0 255.0.0.0
      acl 1 deny 2001:db8::/32
      client_acl 1
      control_acl 2
      blacklist 20
      hash
      no stubborn
      conn_max 400
      track_prefix 32 128
      sticky_group group
      tcp_fastclose off
      source 127.0.0.1
      server 1 address 127.0.0.1 port 2 max 5 hard 7 weight 1 prio 1 drain
      emergency 127.0.0.1:3
      service second
      listen 127.0.0.1:0
      server 0 address ::1 port 1
      """;

  private static final List<String> QUESTIONS =
      List.of(
          "servers",
          "services",
          "mode",
          "clients",
          "connections",
          "recent",
          "why 127.0.0.1",
          "json servers",
          "status",
          "help",
          "blacklist 10",
          "server 0 drain 5",
          "wrong",
          "write");

  private Training() {}

  /// Set by the build: not a class of its own to start, as the cache is for `java -jar pen.jar`.
  static boolean isAsked() {
    return Boolean.getBoolean(PROPERTY);
  }

  static void run() throws IOException, BadSettingException, InterruptedException {
    System.clearProperty(PROPERTY);
    try {
      CommandLine.parse("", "--help");
    } catch (UsageException _) {
      // The text of --help is the way in which it ends.
    }
    new Demo(new PrintStream(OutputStream.nullOutputStream())).run();
    if (DatagramSockets.available()) {
      trainUdp();
    }
    if (StreamSockets.LINUX.areAvailable()) {
      trainLinuxSockets();
    }
    var directory = Files.createTempDirectory("pen-training");
    trainPenctl("127.0.0.1:0");
    trainPenctl("localhost:0");
    var socket = directory.resolve("control");
    boolean hasSocket = socket.toString().length() < SOCKET_MAX;
    if (hasSocket) {
      trainPenctl(socket.toString());
    }
    var pidFile = directory.resolve("pid");
    var report = directory.resolve("report.html");
    var file =
        Files.writeString(
            directory.resolve("pen.conf"), COMMANDS.replace("REPORT", report.toString()));
    var words =
        new ArrayList<>(
            List.of("-f", "-p", pidFile.toString(), "-o", "timeout 2", "-F", file.toString()));
    if (hasSocket) {
      words.addAll(List.of("-C", socket.toString()));
    }
    words.addAll(List.of("127.0.0.1:0", "127.0.0.1:1"));
    Thread.ofPlatform()
        .daemon()
        .start(() -> administer(pidFile, report, hasSocket ? socket : null));
    Pen.main(words.toArray(String[]::new));
  }

  /// One question and its answer.
  private static void trainUdp() throws IOException, BadSettingException {
    var loopback = InetAddress.ofLiteral("127.0.0.1");
    try (var server = new DatagramSocket(0, loopback);
        var client = new DatagramSocket(0, loopback);
        var pen =
            Balancer.builder()
                .udp(true)
                .listen("0")
                .server("127.0.0.1:" + server.getLocalPort())
                .start()) {
      server.setSoTimeout(DATAGRAM_MILLIS);
      client.setSoTimeout(DATAGRAM_MILLIS);
      var datagram = new DatagramPacket(new byte[10], 10);
      client.send(new DatagramPacket(new byte[10], 10, loopback, pen.port()));
      server.receive(datagram);
      server.send(datagram);
      client.receive(datagram);
    }
  }

  /// One connection.
  private static void trainLinuxSockets() throws IOException, BadSettingException {
    try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        var pen =
            Balancer.builder()
                .sockets(StreamSockets.LINUX)
                .listen("127.0.0.1:0")
                .server("127.0.0.1:" + server.getLocalPort())
                .start();
        var client = new Socket(server.getInetAddress(), pen.port());
        var accepted = server.accept()) {
      client.getOutputStream().write('x');
      accepted.getOutputStream().write(accepted.getInputStream().read());
      client.getInputStream().read();
    }
  }

  /// penctl is started from the same cache.
  private static void trainPenctl(String endpoint) throws IOException, BadSettingException {
    try (var listener = ControlListener.open(Endpoint.parse(endpoint))) {
      listener.start((line, _) -> line + "\n", _ -> true);
      penctl(listener.addressText(), "pid");
    }
    penctl(endpoint, "nobody is there");
    penctl("--version");
  }

  private static void penctl(String... args) {
    var nowhere = OutputStream.nullOutputStream();
    Penctl.run(args, nowhere, new PrintStream(nowhere), Duration.ofSeconds(10));
  }

  /// @param socket of the control listener; null: there is none
  private static void administer(Path pidFile, Path report, Path socket) {
    try {
      // Written before the handlers of signals are there, but `kill` takes a while to start.
      await(pidFile);
      TimeUnit.MILLISECONDS.sleep(200);
      if (socket != null) {
        QUESTIONS.forEach(question -> penctl(socket.toString(), question));
      }
      kill("HUP");
      kill("USR1");
      await(report);
      trainBackground();
      kill("TERM");
    } catch (IOException | InterruptedException e) {
      e.printStackTrace();
      Runtime.getRuntime().exit(1);
    }
  }

  /// The start in the background, but for the child.
  private static void trainBackground() throws IOException {
    if (Background.isChild()) {
      throw new IOException("the training is nobody's child");
    }
    try (var syslog = Syslog.open("pen", Syslog.Facility.USER)) {
      Diagnostics.toSyslog(
          (priority, message) -> syslog.log(Syslog.Priority.of(priority), message), -1);
    }
    Background.detach();
    Background.ready();
  }

  private static void await(Path file) throws IOException, InterruptedException {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (Files.notExists(file)) {
      if (System.nanoTime() > until) {
        throw new IOException("there is no " + file);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void kill(String signal) throws IOException, InterruptedException {
    var pid = Long.toString(ProcessHandle.current().pid());
    // The shell has it built in; a program `kill` is missing on small systems.
    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start().waitFor();
  }
}
