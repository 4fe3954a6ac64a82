package org.penlb.fault;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.penlb.tcp.Wire;

/// The command pen in a process of its own. Where it runs in the foreground its standard error
/// tells what it does.
final class PenProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final Pattern LISTENING =
      Pattern.compile("listening on \\S*:(\\d+)(?:/udp)? for ");

  private final Process process;
  private final Path err;

  private PenProcess(Process process, Path err) {
    this.process = process;
    this.err = err;
  }

  static PenProcess start(String... arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /// @param before the words of a command that runs the words after it, such as `nice`
  static PenProcess start(List<String> before, String... arguments) throws IOException {
    var words = new ArrayList<>(before);
    words.addAll(command());
    words.addAll(List.of(arguments));
    var err = Files.createTempFile("pen-fault", ".err");
    var process =
        new ProcessBuilder(words)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    return new PenProcess(process, err);
  }

  /// The words that start pen, but for its arguments.
  static List<String> command() throws IOException {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    words.addAll(Wire.socketsOption());
    words.addAll(List.of("-cp", ClassPath.JARS, "org.penlb.Pen"));
    return words;
  }

  /// The class path of this JVM with jars in the place of directories, as in an installation: a
  /// class that is loaded later needs no descriptor, and is found after a chroot.
  private static final class ClassPath {
    /// What the tests need besides would cost pen descriptors.
    private static final Pattern LIBRARIES =
        Pattern.compile("/(pen-unix|picocli|caffeine|jctools|slf4j|logback)[^/]*[.]jar$");

    static final String JARS = jars();

    private ClassPath() {}

    private static String jars() {
      var jars = new ArrayList<String>();
      for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        var path = Path.of(entry);
        if (Files.isDirectory(path) && !entry.contains("test-classes")) {
          jars.add(jar(path));
        } else if (LIBRARIES.matcher(entry).find()) {
          jars.add(entry);
        }
      }
      return String.join(File.pathSeparator, jars);
    }

    private static String jar(Path directory) {
      try (var files = Files.walk(directory)) {
        var jar = Files.createTempFile("pen-fault", ".jar");
        jar.toFile().deleteOnExit();
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
          out.setLevel(1);
          for (var file : files.filter(Files::isRegularFile).toList()) {
            out.putNextEntry(new JarEntry(directory.relativize(file).toString()));
            Files.copy(file, out);
          }
        }
        return jar.toString();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// What it has said so far.
  String err() {
    try {
      return Files.readString(err).replaceAll("Picked up .*\n", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until it serves.
  PenProcess awaitListening() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> err().contains("listening on") || !process.isAlive());
    if (!err().contains("listening on")) {
      throw new AssertionError("pen has ended with " + process.exitValue() + ": " + err());
    }
    return this;
  }

  /// Of the first address that it listens on.
  int port() {
    var said = LISTENING.matcher(awaitListening().err());
    if (!said.find()) {
      throw new AssertionError("no port in: " + err());
    }
    return Integer.parseInt(said.group(1));
  }

  /// Waits for its end.
  int status() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("pen does not end; it said: " + err());
    }
    return process.exitValue();
  }

  void signal(String name) throws IOException, InterruptedException {
    signal(name, pid());
  }

  static void signal(String name, long pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("cannot send " + name);
    }
  }

  /// Processor time it has used so far, in clock ticks of 10 ms: proc(5), fields 14 and 15.
  long cpuTicks() throws IOException {
    var stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /// How many of the processors it keeps busy, over so many seconds.
  double cpuOver(int seconds) throws IOException, InterruptedException {
    long ticks = cpuTicks();
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds); // the measurement is of this time
    double elapsed = (System.nanoTime() - start) / 1e9;
    return (cpuTicks() - ticks) / 100.0 / elapsed;
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(err);
  }
}
