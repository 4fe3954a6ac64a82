package org.penlb;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.penlb.config.BadSettingException;
import org.penlb.config.CommandLine;
import org.penlb.config.UsageException;
import org.penlb.log.Diagnostics;
import org.penlb.unix.Background;
import org.penlb.unix.Syslog;

/// What the build runs while the JVM records which classes pen needs, for the AOT cache that lets
/// it start fast: the demo for what connections need, then the command itself with its signals.
///
/// Owned by: the main thread, and one that plays the administrator.
final class Training {
  private static final String PROPERTY = "pen.training";
  private static final long PATIENCE_NANOS = 20_000_000_000L;

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
    var directory = Files.createTempDirectory("pen-training");
    var pidFile = directory.resolve("pid");
    var report = directory.resolve("report.html");
    Thread.ofPlatform().daemon().start(() -> administer(pidFile, report));
    Pen.main(
        new String[] {
          "-f", "-p", pidFile.toString(), "-w", report.toString(), "127.0.0.1:0", "127.0.0.1:1"
        });
  }

  private static void administer(Path pidFile, Path report) {
    try {
      // Written before the handlers of signals are there, but `kill` takes a while to start.
      await(pidFile);
      TimeUnit.MILLISECONDS.sleep(200);
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
