package org.penlb.unix;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A second JVM for what a test cannot do to its own: change the user, the root, the signals.
final class ChildJvm {
  static final long PATIENCE_SECONDS = 60;

  private ChildJvm() {}

  record Outcome(int status, String out, String err) {}

  static ProcessBuilder of(Class<?> main, String... arguments) {
    return with(List.of("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED"), main, arguments);
  }

  static ProcessBuilder with(List<String> options, Class<?> main, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words);
  }

  /// Runs it to its end.
  static Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
    File out = File.createTempFile("child", "out");
    File err = File.createTempFile("child", "err");
    try {
      Process process = builder.redirectOutput(out).redirectError(err).start();
      return new Outcome(statusOf(process), text(out), text(err));
    } finally {
      Files.delete(out.toPath());
      Files.delete(err.toPath());
    }
  }

  static int statusOf(Process process) throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("a child process does not end");
    }
    return process.exitValue();
  }

  /// The JVM itself says a line on standard error when JAVA_TOOL_OPTIONS is set.
  private static String text(File file) throws IOException {
    String text = Files.readString(file.toPath(), StandardCharsets.UTF_8);
    return text.replaceAll("Picked up .*\n", "");
  }

  static void kill(String signal, long pid) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start();
    if (statusOf(kill) != 0) {
      throw new AssertionError("cannot send " + signal);
    }
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new AssertionError("never: " + what);
      }
      Thread.sleep(5);
    }
  }
}
