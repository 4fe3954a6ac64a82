package org.penlb.fault;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/// A network namespace of its own, with nothing but loopback in it: firewall rules and kernel
/// settings there touch nobody else.
///
/// Linux has a namespace per *thread*: a thread that enters it opens its sockets there, and so do
/// the threads and processes that it starts. (Virtual threads do not: they run on carriers.)
final class Namespace implements AutoCloseable {
  private static final AtomicInteger count = new AtomicInteger();
  private static final int CLONE_NEWNET = 0x4000_0000;

  private final String name = "pen" + ProcessHandle.current().pid() + "-" + count.incrementAndGet();

  private Namespace() {}

  /// Skips the test where there can be none.
  static Namespace create() throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isDirectory(Path.of("/proc/self/ns")), "network namespaces are Linux's");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "network namespaces need root");
    needs("ip");
    var namespace = new Namespace();
    Assumptions.assumeTrue(
        status("ip", "netns", "add", namespace.name) == 0, "no network namespace can be made here");
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  /// Skips the test if a command is not installed.
  static void needs(String command) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        status("sh", "-c", "command -v " + command) == 0, command + " is not installed");
  }

  /// Skips the test if the kernel has no such setting.
  void set(String sysctl, String value) throws IOException, InterruptedException {
    var file = "/proc/sys/" + sysctl.replace('.', '/');
    Assumptions.assumeTrue(
        status(inside("sh", "-c", "test -e " + file)) == 0, "this kernel has no " + sysctl);
    run("sh", "-c", "echo '" + value + "' > " + file);
  }

  /// The words of a command that runs in the namespace.
  List<String> inside(String... command) {
    var words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(List.of(command));
    return words;
  }

  /// A cable between two: each has an end of that name and index, which is up.
  ///
  /// @param index for scopes of link-local addresses: the JVM knows the names of interfaces only in
  ///   the namespace that it began in
  void connect(Namespace other, String cable, int index) throws IOException, InterruptedException {
    var end = Integer.toString(index);
    run(
        "sh",
        "-c",
        "ip link add $0 index $1 type veth peer name $0 index $1 netns $2",
        cable,
        end,
        other.name);
    run("ip", "link", "set", cable, "up");
    other.run("ip", "link", "set", cable, "up");
  }

  void run(String... command) throws IOException, InterruptedException {
    if (status(inside(command)) != 0) {
      throw new AssertionError("failed: " + String.join(" ", command));
    }
  }

  private static int status(String... command) throws IOException, InterruptedException {
    return status(List.of(command));
  }

  private static int status(List<String> command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    var process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("does not end: " + String.join(" ", command));
    }
    return process.exitValue();
  }

  /// Does a piece of work on a thread in the namespace, and waits for it.
  <T> T call(Callable<T> work) throws Exception {
    var task = new FutureTask<>(entering(work));
    Thread.ofPlatform().name(name).start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw (Error) e.getCause();
    }
  }

  private <T> Callable<T> entering(Callable<T> work) {
    return () -> {
      enter();
      return work.call();
    };
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bind(
      String function, FunctionDescriptor shape, Linker.Option... how) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), shape, how);
  }

  /// The calling thread, for good.
  private void enter() throws IOException {
    var open =
        bind(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    var setns = bind("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    var close = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    int status;
    try (var arena = Arena.ofConfined()) {
      int descriptor = (int) open.invokeExact(arena.allocateFrom("/run/netns/" + name), 0);
      status = (int) setns.invokeExact(descriptor, CLONE_NEWNET);
      var _ = (int) close.invokeExact(descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (status != 0) {
      throw new IOException("cannot enter the network namespace " + name);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (status("ip", "netns", "delete", name) != 0) {
      throw new AssertionError("cannot delete the network namespace " + name);
    }
  }
}
