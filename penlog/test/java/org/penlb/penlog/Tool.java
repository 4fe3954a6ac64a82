package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A command as a user starts it, in the foreground; and what tests of commands need besides.
final class Tool implements AutoCloseable {
  static final Path ROOT = Path.of(System.getProperty("pen.root", "..")).toAbsolutePath();

  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 29_999;

  /// At least as many as there are JVMs that run tests beside each other.
  private static final int FORKS = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("listening on .*?(\\d+)(?: for .*|, .*)?\n");

  private final Process process;
  private final Path err;

  private Tool(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  /// The path of one of ours.
  static String ours(String name) {
    return ROOT.resolve("bin").resolve(name).toString();
  }

  /// The path of one of others; skips the test, with a word, where it is missing.
  static String needed(String name) {
    for (var dir : (System.getenv("PATH") + ":/usr/sbin").split(File.pathSeparator, -1)) {
      var file = Path.of(dir, name);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    System.err.println("process test skipped for want of " + name);
    assumeTrue(false, "needs " + name);
    return null;
  }

  static Tool start(Path out, String... words) throws IOException {
    return start(new ProcessBuilder(words).redirectOutput(out.toFile()));
  }

  static Tool start(ProcessBuilder command) throws IOException {
    var err = Files.createTempFile("tool", ".err");
    return new Tool(command.redirectError(err.toFile()).start(), err);
  }

  /// `penlogd -f` with these options on a port that the kernel chooses; returns when it listens.
  static Tool penlogd(Path log, String... options) throws IOException {
    var words = new ArrayList<>(List.of(ours("penlogd"), "-f", "-l", log.toString()));
    words.addAll(List.of(options));
    words.add("0");
    var tool = start(new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD));
    tool.awaitListening();
    return tool;
  }

  void awaitListening() {
    eventually("it listens", () -> PORT.matcher(err()).find() || !process.isAlive());
  }

  int port() throws IOException {
    var matcher = PORT.matcher(err());
    if (!matcher.find()) {
      throw new AssertionError("it does not listen: " + err());
    }
    return Integer.parseInt(matcher.group(1));
  }

  String err() throws IOException {
    return new String(Files.readAllBytes(err), ISO_8859_1).replaceAll("Picked up .*\n", "");
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  OutputStream in() {
    return process.getOutputStream();
  }

  void signal(String name) throws Exception {
    signal(process.pid(), name);
  }

  static void signal(long pid, String name) throws Exception {
    if (new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor() != 0) {
      throw new AssertionError("no process " + pid);
    }
  }

  /// Waits for its end.
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  /// Ends it as an administrator does, and waits.
  int terminate() throws Exception {
    signal("TERM");
    return status();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.delete(err);
  }

  static void eventually(String what, Callable<Boolean> condition) {
    await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
  }

  /// What has been written, byte by byte.
  static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file, ISO_8859_1) : List.of();
  }

  /// The same for a log that may be larger than the memory of the tests.
  static boolean anyLine(Path file, Predicate<String> wanted) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try (var lines = Files.lines(file, ISO_8859_1)) {
      return lines.anyMatch(wanted);
    }
  }

  static int freePort() throws IOException {
    while (true) {
      try (var socket = new ServerSocket(anyPort())) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one
      }
    }
  }

  static int freeUdpPort() throws IOException {
    while (true) {
      try (var socket = new DatagramSocket(anyPort())) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one
      }
    }
  }

  /// Neither one that the kernel gives to clients, nor one that another JVM of the same build may
  /// choose meanwhile.
  private static int anyPort() {
    int random = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
    return random - random % FORKS + Integer.getInteger("pen.fork", 0) % FORKS;
  }

  /// A sender of lines at one address.
  static final class Sender implements AutoCloseable {
    private final DatagramSocket socket;
    private final InetSocketAddress to;

    Sender(String from, String to, int port) throws IOException {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      this.to = new InetSocketAddress(InetAddress.ofLiteral(to), port);
    }

    void send(String datagram) throws IOException {
      var bytes = datagram.getBytes(ISO_8859_1);
      socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
