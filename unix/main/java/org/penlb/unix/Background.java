package org.penlb.unix;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Owned by: shared (static; `startChild` by the parent's main thread, the rest by the child's).
///
/// Starting as a daemon. A JVM cannot fork, having threads; so the first process, the parent,
/// starts its own command line once more and ends when that child says that it is ready.
///
///     parent: startChild() ------------------------------- returns 0, or the child's status
///     child:  isChild() -> detach() -> bind, chroot, ... -> ready() -> serve
///
/// Until it is ready the child's standard error is copied to the parent's. The message "ready"
/// takes another way, the child's standard output, and names its process id: no text of an error
/// can be mistaken for it. Whatever else appears there, such as a complaint of the JVM itself, is
/// copied like an error.
///
/// The start is cancelled, and no daemon left behind, when the parent dies before: a parent told to
/// end (Ctrl-C) ends the child; for a parent that was killed, the child finds out in [#ready],
/// which throws. A parent that dies after the child was ready leaves a daemon that works.
public final class Background {
  /// Holds the parent's process id, so that it means nothing to a process that the daemon may
  /// start.
  private static final String VARIABLE = "PEN_BACKGROUND";

  /// For the child's last words, after the child itself has no way to write any more.
  private static final long LAST_WORDS_SECONDS = 5;

  private static final int SIGNAL_STATUS = 128;
  private static final int O_RDWR = 2;
  private static boolean detached;

  private Background() {}

  /// Answers once: the parent's end must not change the answer.
  private static final class Origin {
    static final boolean CHILD = isChildOf(System.getenv(VARIABLE));

    private Origin() {}
  }

  /// True in a process that [#startChild] started. Ask first thing in `main`.
  public static boolean isChild() {
    return Origin.CHILD;
  }

  private static boolean isChildOf(String starter) {
    if (starter == null) {
      return false;
    }
    long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L);
    // 1: the parent has died already; `ready` will find that out.
    return parent == 1 || starter.equals(Long.toString(parent));
  }

  /// Starts this process's command line again and waits, however long it takes, until the child is
  /// ready or has ended.
  ///
  /// @param err gets what the child writes, and a line of our own where the child died without one
  /// @return what to exit with: 0 if the child is ready, otherwise the child's own status, or 1 if
  ///   it was killed
  /// @throws IOException if the command line cannot be read or the child not be started
  public static int startChild(PrintStream err) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(commandLine());
    builder.environment().put(VARIABLE, Long.toString(ProcessHandle.current().pid()));
    builder.redirectInput(new File("/dev/null"));
    Process child = start(builder);
    Thread cancel = new Thread(child::destroy, "cancel background start");
    Runtime.getRuntime().addShutdownHook(cancel);
    boolean ready = false;
    try {
      FutureTask<Long> errors = new FutureTask<>(() -> child.getErrorStream().transferTo(err));
      Thread.ofPlatform().daemon().name("errors of the background process").start(errors);
      ready = awaitReady(child, err);
      int status = ready ? 0 : child.waitFor();
      long written = lastWords(errors);
      err.flush();
      return ready ? 0 : explain(status, written, err);
    } finally {
      release(cancel, child, ready);
    }
  }

  /// In the parent, at the end: `_exit`, after what was printed has been flushed.
  ///
  /// `Runtime.halt` would wait 0.3 s for the thread with which the JDK waits for the child: it
  /// grants threads in native code that much (`VM_Exit::wait_for_threads_in_native_to_block`).
  public static void exit(int status) {
    System.out.flush();
    System.err.flush();
    try {
      Posix.call("_exit", status);
    } catch (UnsupportedOperationException _) {
      Runtime.getRuntime().halt(status);
    }
  }

  /// The JDK's message goes on for lines about what may be wrong with the JDK.
  private static Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
      throw new IOException("cannot start in the background: " + reason, e);
    }
  }

  private static void release(Thread cancel, Process child, boolean ready) {
    if (!ready) {
      child.destroy(); // We were interrupted; it has ended otherwise.
    }
    try {
      Runtime.getRuntime().removeShutdownHook(cancel);
    } catch (IllegalStateException _) {
      // The JVM is ending, and the hook does its work.
    }
  }

  private static boolean awaitReady(Process child, PrintStream err) throws IOException {
    String marker = marker(child.pid());
    BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), Posix.CHARSET));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals(marker)) {
        return true;
      }
      err.println(line);
    }
    return false;
  }

  /// The child's standard error ends when it is ready or has ended, unless a process that it
  /// started still has it.
  private static long lastWords(FutureTask<Long> errors) throws InterruptedException {
    try {
      return errors.get(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException _) {
      return 1;
    }
  }

  private static int explain(int status, long written, PrintStream err) {
    if (status > SIGNAL_STATUS) {
      err.println("the background process was ended by signal " + (status - SIGNAL_STATUS));
      return 1;
    }
    if (status == 0 || written == 0) {
      err.println("the background process ended before it was ready, with status " + status);
    }
    return Math.max(1, status);
  }

  private static String marker(long pid) {
    return "ready " + pid;
  }

  /// What this process was started with, the options of the JVM included.
  static List<String> commandLine() throws IOException {
    ProcessHandle.Info info = ProcessHandle.current().info();
    List<String> words = new ArrayList<>();
    Path proc = Path.of("/proc/self/cmdline");
    if (Files.isReadable(proc)) {
      String line = new String(Files.readAllBytes(proc), Posix.CHARSET);
      // Every word ends with a NUL, an empty one too.
      words.addAll(List.of(line.split("\0", -1)));
      words.removeLast();
      // argv[0] is only a name; `exec -a pen java` makes it one that cannot be started.
      info.command().ifPresent(program -> words.set(0, program));
    } else if (info.command().isPresent() && info.arguments().isPresent()) {
      words.add(info.command().get());
      words.addAll(List.of(info.arguments().get()));
    } else {
      throw new IOException("cannot start in the background: my own command line is unreadable");
    }
    return words;
  }

  /// In the child, early, before a chroot hides /dev/null: leaves the terminal's session, so that
  /// no hang-up or Ctrl-C meant for others arrives.
  public static void detach() throws IOException {
    require(Posix.call("setsid"), "leave the session");
    try (Arena arena = Arena.ofConfined()) {
      int nowhere = Posix.call("open", Posix.text(arena, "/dev/null"), O_RDWR);
      require(nowhere, "open /dev/null");
      // Readable as it was, and writable: `ready` copies it to standard output and error.
      require(Posix.call("dup2", nowhere, 0), "close standard input");
      if (nowhere > 0) {
        require(Posix.call("close", nowhere), "close /dev/null");
      }
    }
    detached = true;
  }

  /// In the child, when it serves: lets the parent return 0, and lets go of its standard output and
  /// error.
  ///
  /// @throws IOException if the parent has gone, that is, if the start was cancelled: clean up and
  ///   end
  public static void ready() throws IOException {
    if (!detached) {
      throw new IllegalStateException("ready() before detach()");
    }
    System.out.flush();
    System.err.flush();
    byte[] line =
        (marker(ProcessHandle.current().pid()) + "\n").getBytes(StandardCharsets.US_ASCII);
    // Neither System.out, which swallows errors, nor closed at the end, which would free descriptor
    // 1.
    new FileOutputStream(FileDescriptor.out).write(line);
    require(Posix.call("dup2", 0, 1), "close standard output");
    require(Posix.call("dup2", 0, 2), "close standard error");
  }

  private static void require(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException("cannot " + what + ": " + Posix.message(-result));
    }
  }
}
