package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// Owned by: shared (any thread may log; syslog(3) is thread-safe). A stuck syslogd makes [#log]
/// block, so an event loop must not call it.
///
/// The connection to the system's logger, syslog(3). There is one per process: opening a second one
/// changes the name and facility of the first.
///
/// When syslogd is restarted, the C library connects anew at the next message, which after a chroot
/// needs a `dev/log` in the new root. Without a syslogd messages are lost silently.
public final class Syslog implements AutoCloseable {
  /// Longer messages are cut; in bytes of UTF-8.
  static final int MAX_BYTES = 8192;

  private static final int LOG_PID = 0x01;
  // Connect now: after a chroot there may be no /dev/log.
  private static final int LOG_NDELAY = 0x08;

  /// Severities and their numbers, the same in syslog(3) and RFC 5424.
  public enum Priority {
    EMERG(0),
    ALERT(1),
    CRIT(2),
    ERR(3),
    WARNING(4),
    NOTICE(5),
    INFO(6),
    DEBUG(7);

    private final int number;

    Priority(int number) {
      this.number = number;
    }

    /// The priority of a number from 0, the most severe, to 7.
    public static Priority of(int number) {
      return values()[number];
    }
  }

  /// Those facilities that a daemon may want, and their numbers.
  public enum Facility {
    USER(1),
    DAEMON(3),
    LOCAL0(16),
    LOCAL1(17),
    LOCAL2(18),
    LOCAL3(19),
    LOCAL4(20),
    LOCAL5(21),
    LOCAL6(22),
    LOCAL7(23);

    private final int code;

    Facility(int number) {
      code = number << 3;
    }
  }

  private final MethodHandle syslog;
  private final MemorySegment format;
  private volatile boolean closed;

  private Syslog(MethodHandle syslog, MemorySegment format) {
    this.syslog = syslog;
    this.format = format;
  }

  /// Connects, and binds what [#log] needs. Messages carry local time; the time zone's file was
  /// read when the JVM started, so that a chroot does not change it.
  ///
  /// @param ident the program's name, before each message, followed by the process id
  /// @throws UnsupportedOperationException if the system has no syslog
  public static Syslog open(String ident, Facility facility) {
    var opening = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT);
    var logging = FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS);
    // The C library keeps the pointer, some even after closelog: these few bytes are never freed.
    Arena forever = Arena.global();
    try {
      Posix.bind("openlog", opening)
          .invokeExact(forever.allocateFrom(clean(ident)), LOG_PID | LOG_NDELAY, facility.code);
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
    return new Syslog(
        Posix.bind("syslog", logging, Linker.Option.firstVariadicArg(2)),
        forever.allocateFrom("%s"));
  }

  /// Sends one message of one line; after [#close] it does nothing. May block.
  public void log(Priority priority, String message) {
    if (closed) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      syslog.invokeExact(priority.number, format, bounded(arena, clean(message)));
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// Messages often quote what came from outside, which must not be able to forge a second message
  /// or to hide behind a NUL: NULs go, every other control character becomes a space.
  static String clean(String text) {
    int length = Math.min(text.length(), MAX_BYTES);
    StringBuilder clean = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c != 0) {
        clean.append(Character.isISOControl(c) ? ' ' : c);
      }
    }
    return clean.toString();
  }

  /// As a C string of at most [#MAX_BYTES], cut between two characters.
  static MemorySegment bounded(Arena arena, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = bytes.length;
    if (length > MAX_BYTES) {
      length = MAX_BYTES;
      while ((bytes[length] & 0xC0) == 0x80) {
        length--;
      }
    }
    MemorySegment string = arena.allocate(length + 1L);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, string, 0, length);
    return string;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Posix.bind("closelog", FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }
}
