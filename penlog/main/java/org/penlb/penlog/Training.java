package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.penlb.unix.Background;

/// What the build runs while the JVM records which classes the log tools need, for the AOT cache
/// that lets them start fast: each command once, with its signals.
///
/// Owned by: the main thread, and one that plays pen, web servers and the administrator.
public final class Training {
  private static final String PROPERTY = "pen.training";
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private Training() {}

  /// Set by the build.
  public static boolean isAsked() {
    return Boolean.getBoolean(PROPERTY);
  }

  /// Ends the process.
  public static void run() throws Exception {
    System.clearProperty(PROPERTY);
    try {
      PenlogdOptions.parse("", "--help");
    } catch (Misuse _) {
      // The text of --help is the way in which it ends.
    }
    Penlog.run(new String[] {"127.0.0.1:9"}); // the build gives it no input
    var directory = Files.createTempDirectory("penlog-training");
    var log = directory.resolve("log");
    var pidFile = directory.resolve("pid");
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Thread.ofPlatform().daemon().start(() -> administer(port, pidFile, log));
    Penlogd.main(
        new String[] {
          "-f",
          "-l",
          log.toString(),
          "-p",
          pidFile.toString(),
          "--allow",
          "127.0.0.0/8",
          "--hold",
          "100",
          Integer.toString(port)
        });
  }

  private static void administer(int port, Path pidFile, Path log) {
    try {
      await(pidFile);
      var trouble =
          new Trouble(new Words("", new PrintStream(OutputStream.nullOutputStream()), null), "");
      var receiver = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (var outbox = Outbox.open(receiver, null, trouble)) {
        for (int i = 0; i < 200; i++) {
          send(outbox, "+ 192.0.2.7 127.0.0.1 GET /" + i + " HTTP/1.1\n");
          send(outbox, "127.0.0.1 - - [t] \"GET /" + i % 190 + " HTTP/1.1\" 200 1\n");
        }
        send(outbox, "127.0.0.1 - - [t] \"GET /waits HTTP/1.1\" 200 1\n");
        outbox.flush();
      }
      while (Files.size(log) == 0) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      kill("HUP");
      kill("USR1");
      TimeUnit.MILLISECONDS.sleep(300);
      trainBackground();
      kill("TERM");
    } catch (IOException | InterruptedException e) {
      e.printStackTrace();
      Runtime.getRuntime().exit(1);
    }
  }

  private static void send(Outbox outbox, String line) {
    var bytes = line.getBytes(ISO_8859_1);
    outbox.add(bytes, 0, bytes.length);
  }

  /// The start in the background, but for the child.
  private static void trainBackground() throws IOException {
    if (Background.isChild()) {
      throw new IOException("the training is nobody's child");
    }
    Words.toSyslog("penlogd");
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
