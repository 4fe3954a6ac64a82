package org.penlb.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The command `pen` as a user starts it, in the foreground, and other commands around it.
final class PenProcess implements AutoCloseable {
  static final Path ROOT = Path.of(System.getProperty("pen.root", ".")).toAbsolutePath();
  static final String PEN = ROOT.resolve("bin/pen").toString();

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern STARTED = Pattern.compile("listening on .* for ");
  private static final Pattern LISTENING =
      Pattern.compile("listening on .*?:(\\d+)(/udp)?(,| for )");

  private final Process process;
  private final Path stderr;

  private PenProcess(Process process, Path stderr) {
    this.process = process;
    this.stderr = stderr;
  }

  record Outcome(int status, String out, String err) {}

  /// `pen -f` with these arguments; returns when it listens. Port 0 lets the kernel choose one.
  static PenProcess start(String... arguments) throws IOException {
    return start(command(arguments));
  }

  static ProcessBuilder command(String... arguments) {
    var words = new ArrayList<>(List.of(PEN, "-f"));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words);
  }

  /// A command that becomes a pen in the foreground.
  static PenProcess start(ProcessBuilder command) throws IOException {
    var stderr = Files.createTempFile("pen", ".err");
    var process =
        command
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(stderr.toFile())
            .start();
    var pen = new PenProcess(process, stderr);
    try {
      eventually("pen listens", () -> pen.listens() || !process.isAlive());
      if (!pen.listens()) {
        throw new AssertionError("pen ended at once: " + pen.stderr());
      }
      return pen;
    } catch (IOException | RuntimeException | AssertionError e) {
      pen.close();
      throw e;
    }
  }

  /// Runs a command to its end; none of them takes long.
  static Outcome run(ProcessBuilder command) throws IOException, InterruptedException {
    var out = Files.createTempFile("run", ".out");
    var err = Files.createTempFile("run", ".err");
    var process = command.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(command.command() + " does not end: " + Files.readString(err));
      }
      // Bytes of any kind may be in there.
      return new Outcome(process.exitValue(), text(out), text(err));
    } finally {
      process.destroyForcibly();
      Files.delete(out);
      Files.delete(err);
    }
  }

  static Outcome run(String... words) throws IOException, InterruptedException {
    return run(new ProcessBuilder(words));
  }

  /// What the JVM says about its environment is not pen's.
  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8).replaceAll("Picked up .*\n", "");
  }

  static void eventually(String what, Callable<Boolean> condition) {
    await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
  }

  /// From `/proc/PID/FILE`, the rest of the line that begins with a key.
  static String proc(long pid, String file, String key) throws IOException {
    return Files.readString(Path.of("/proc/" + pid, file))
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).strip())
        .findFirst()
        .orElseThrow();
  }

  static void signal(long pid, String name) throws IOException, InterruptedException {
    if (new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor() != 0) {
      throw new AssertionError("no process " + pid);
    }
  }

  /// Ends a process that is not our child.
  static void end(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    awaitEnd(pid);
  }

  static void awaitEnd(long pid) {
    eventually("the end of " + pid, () -> !runs(pid));
  }

  /// A daemon that has ended may stay as a zombie for seconds, until init looks after it.
  private static boolean runs(long pid) {
    try {
      return !proc(pid, "status", "State:").startsWith("Z");
    } catch (IOException | NoSuchElementException e) {
      return false;
    }
  }

  private boolean listens() throws IOException {
    return STARTED.matcher(stderr()).find();
  }

  int port() throws IOException {
    var matcher = LISTENING.matcher(stderr());
    if (!matcher.find()) {
      throw new AssertionError(stderr());
    }
    return Integer.parseInt(matcher.group(1));
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String stderr() throws IOException {
    return text(stderr);
  }

  void signal(String name) throws IOException, InterruptedException {
    signal(pid(), name);
  }

  /// Waits for its end.
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("pen does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    kill(process);
    Files.delete(stderr);
  }

  static void kill(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
