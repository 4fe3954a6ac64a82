package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;

/// Owned by: immutable.
///
/// The way into the C library: binds a function by name and calls it.
///
/// The `call` methods are for what happens a few times in a process's life: they bind anew each
/// time, of which all but the first per combination of argument types is cheap. They return what
/// the function returned or, where that was -1, the negated errno, as the kernel itself does it.
final class Posix {
  static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  /// How the JDK itself turns arguments and file names into bytes.
  static final Charset CHARSET =
      Charset.forName(System.getProperty("sun.jnu.encoding"), Charset.defaultCharset());

  private Posix() {}

  /// One call of a bound function.
  @FunctionalInterface
  interface Invocation {
    int invoke(MethodHandle function, MemorySegment state) throws Throwable;
  }

  /// Not in `Posix` itself: who makes a call without errno does not pay for it.
  static final class Errno {
    static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    static final StructLayout STATE = Linker.Option.captureStateLayout();
    static final long OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));

    private Errno() {}
  }

  /// Throws UnsupportedOperationException where the system has no such function, the JVM no linker,
  /// or the launch denied native access.
  @SuppressWarnings("restricted") // The only place that binds native code.
  static MethodHandle bind(String name, FunctionDescriptor shape, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address =
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () -> new UnsupportedOperationException("this system has no function " + name));
    try {
      return linker.downcallHandle(address, shape, options);
    } catch (IllegalCallerException e) {
      throw new UnsupportedOperationException(
          "calling " + name + " needs Java's option --enable-native-access=ALL-UNNAMED", e);
    }
  }

  static int call(String name, FunctionDescriptor shape, Invocation invocation) {
    MethodHandle function = bind(name, shape, Errno.CAPTURE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Errno.STATE);
      int result = invocation.invoke(function, state);
      return result == -1 ? -state.get(JAVA_INT, Errno.OFFSET) : result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int call(String name) {
    return call(name, FunctionDescriptor.of(JAVA_INT), (f, state) -> (int) f.invokeExact(state));
  }

  static int call(String name, int argument) {
    return call(
        name,
        FunctionDescriptor.of(JAVA_INT, JAVA_INT),
        (f, state) -> (int) f.invokeExact(state, argument));
  }

  static int call(String name, int first, int second) {
    return call(
        name,
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT),
        (f, state) -> (int) f.invokeExact(state, first, second));
  }

  static int call(String name, MemorySegment argument) {
    return call(
        name,
        FunctionDescriptor.of(JAVA_INT, ADDRESS),
        (f, state) -> (int) f.invokeExact(state, argument));
  }

  static int call(String name, MemorySegment first, int second) {
    return call(
        name,
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
        (f, state) -> (int) f.invokeExact(state, first, second));
  }

  /// The number may be an `int` in C as well as a `size_t`: it travels in a 64-bit register on
  /// every machine that Java's linker knows, and one shape for both is one to bind less.
  static int call(String name, long first, MemorySegment second) {
    return call(
        name,
        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS),
        (f, state) -> (int) f.invokeExact(state, first, second));
  }

  /// A C string in the encoding of file names and users.
  static MemorySegment text(Arena arena, String text) {
    return arena.allocateFrom(text, CHARSET);
  }

  /// What no handle of a C function throws: only mistakes of ours can arrive here.
  static RuntimeException unexpected(Throwable e) {
    return switch (e) {
      case RuntimeException known -> known;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }

  /// The words of strerror for those numbers that mean the same on all systems: strerror itself
  /// would be one more function to bind, at the moment in which something is wrong already.
  static String message(int errno) {
    return switch (errno) {
      case 1 -> "Operation not permitted";
      case 2 -> "No such file or directory";
      case 3 -> "No such process";
      case 4 -> "Interrupted system call";
      case 5 -> "Input/output error";
      case 9 -> "Bad file descriptor";
      case 12 -> "Cannot allocate memory";
      case 13 -> "Permission denied";
      case 14 -> "Bad address";
      case 16 -> "Device or resource busy";
      case 17 -> "File exists";
      case 20 -> "Not a directory";
      case 21 -> "Is a directory";
      case 22 -> "Invalid argument";
      case 23 -> "Too many open files in system";
      case 24 -> "Too many open files";
      case 28 -> "No space left on device";
      case 30 -> "Read-only file system";
      case 32 -> "Broken pipe";
      default -> "errno " + errno;
    };
  }
}
