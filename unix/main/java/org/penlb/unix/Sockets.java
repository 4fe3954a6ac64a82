package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import sun.nio.ch.SelChImpl;

/// Owned by: immutable; each thread has a scratch segment of its own. Ask only about a channel that
/// no other thread closes meanwhile: the kernel gives the number of a closed descriptor to the next
/// socket.
///
/// What the kernel knows about a channel's socket and NIO does not tell.
///
/// Made for event loops: no call blocks, and once warm none allocates. Where something is missing
/// (the export of `sun.nio.ch`, a constant of the system) the answers are neutral, see
/// [#available()].
public final class Sockets {
  /// For a struct pollfd {int fd; short events; short revents;}, and for ioctl's int.
  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8, 8));

  private Sockets() {}

  private static final class Channels {
    static final boolean READABLE = readable();

    private Channels() {}

    private static boolean readable() {
      try {
        return SelChImpl.class.isInterface();
      } catch (IllegalAccessError | NoClassDefFoundError _) {
        return false; // Started without the export of sun.nio.ch.
      }
    }
  }

  private static final class Ioctl {
    static final long UNSENT = unsent();
    static final MethodHandle IOCTL =
        UNSENT == 0
            ? null
            : bindOrNull(
                "ioctl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));

    private Ioctl() {}

    /// SIOCOUTQ is TIOCOUTQ, whose number PowerPC has from elsewhere; FreeBSD has FIONWRITE; 0 =
    /// none.
    private static long unsent() {
      boolean power = System.getProperty("os.arch").startsWith("ppc");
      return switch (System.getProperty("os.name")) {
        case "Linux" -> power ? 0x40047473L : 0x5411L;
        case "FreeBSD" -> 0x40046677L;
        default -> 0;
      };
    }
  }

  private static final class Poll {
    static final int ERR_HUP_NVAL = 0x08 | 0x10 | 0x20;

    /// POLLRDHUP, which others than Linux lack or have elsewhere; 0 = none.
    static final int READ_HUP = Posix.LINUX ? 0x2000 : 0;

    static final MethodHandle POLL =
        bindOrNull("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private Poll() {}
  }

  private static MethodHandle bindOrNull(
      String name, FunctionDescriptor shape, Linker.Option... options) {
    try {
      return Posix.bind(name, shape, options);
    } catch (UnsupportedOperationException _) {
      return null;
    }
  }

  /// Makes what the first call of each function would have to load and link, which takes tenths of
  /// a second. To be called at start, by a thread of its own.
  public static void warmUp() {
    try (var socket = SocketChannel.open()) {
      if (available()) {
        hasHungUp(socket);
        unsentBytes(socket);
      }
    } catch (IOException _) {
      // No descriptor: then an event loop is the first to call.
    }
  }

  /// True if [#unsentBytes] and [#hasHungUp] know anything here. The first call binds both
  /// functions, which takes long.
  public static boolean available() {
    return Channels.READABLE && Ioctl.IOCTL != null && Poll.POLL != null;
  }

  /// The descriptor's number, -1 for a closed channel or where it cannot be read.
  public static int descriptor(SelectableChannel channel) {
    if (!Channels.READABLE || !channel.isOpen()) {
      return -1; // A closed channel still has the number, which may be another's by now.
    }
    return channel instanceof SelChImpl open ? open.getFDVal() : -1;
  }

  /// Bytes written to a TCP socket that the peer's kernel has not acknowledged; 0 where unknown. A
  /// FIN on its way counts as one. Of a Unix-domain socket: the memory held by what the peer has
  /// not read. tcp(7), SIOCOUTQ.
  public static int unsentBytes(SelectableChannel socket) {
    int descriptor = descriptor(socket);
    if (descriptor < 0 || Ioctl.IOCTL == null) {
      return 0;
    }
    MemorySegment answer = SCRATCH.get();
    try {
      int status = (int) Ioctl.IOCTL.invokeExact(descriptor, Ioctl.UNSENT, answer);
      return status == -1 ? 0 : answer.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// True if a connected socket was reset, failed, or has ended in both directions; unread bytes
  /// may still wait in it. A peer's half-close is no hang-up. False where unknown, and for a closed
  /// channel.
  ///
  /// This is for sockets that a selector watches for nothing at the moment: the JDK takes those out
  /// of epoll, so no event tells of the reset.
  public static boolean hasHungUp(SelectableChannel socket) {
    return poll(socket, 0, Poll.ERR_HUP_NVAL); // Errors and hang-ups come always.
  }

  /// True if the peer sends no more: it has ended its half, or all of what [#hasHungUp] knows.
  /// Unread bytes may still wait. Where only the latter can be found out, it is the same as that.
  public static boolean hasEnded(SelectableChannel socket) {
    return poll(socket, Poll.READ_HUP, Poll.READ_HUP | Poll.ERR_HUP_NVAL);
  }

  private static boolean poll(SelectableChannel socket, int asked, int matter) {
    int descriptor = descriptor(socket);
    if (descriptor < 0 || Poll.POLL == null) {
      return false;
    }
    MemorySegment request = SCRATCH.get();
    request.set(JAVA_INT, 0, descriptor);
    request.set(JAVA_INT, 4, 0);
    request.set(JAVA_SHORT, 4, (short) asked);
    try {
      int ready = (int) Poll.POLL.invokeExact(request, 1L, 0);
      return ready > 0 && (request.get(JAVA_SHORT, 6) & matter) != 0;
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// Numbers of setsockopt, the same on all machines that have both Linux and JDK 25.
  private static final class Option {
    static final int SOL_IP = 0;
    static final int IP_TRANSPARENT = 19;
    static final int SOL_IPV6 = 41;
    static final int IPV6_TRANSPARENT = 75;
    static final int SOL_SOCKET = 1;
    static final int SO_REUSEPORT = 15;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_BINDTOIFINDEX = 62;

    /// No network interface has this number.
    static final int NO_INTERFACE = Integer.MAX_VALUE;

    private static final FunctionDescriptor SHAPE =
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    private Option() {}

    /// Returns 0, or the negated errno.
    static int set(int descriptor, int level, int name, MemorySegment value) {
      int size = (int) value.byteSize();
      return Posix.call(
          "setsockopt",
          SHAPE,
          (f, state) -> (int) f.invokeExact(state, descriptor, level, name, value, size));
    }

    static int set(int descriptor, int level, int name, int value) {
      try (Arena arena = Arena.ofConfined()) {
        return set(descriptor, level, name, arena.allocateFrom(JAVA_INT, value));
      }
    }
  }

  /// Lets a TCP socket be bound to an address that is not this machine's. ip(7), IP_TRANSPARENT.
  ///
  /// @param ipv6 the socket's family
  /// @throws IOException the kernel's word for what is wrong: it takes CAP_NET_ADMIN
  public static void makeTransparent(SelectableChannel socket, boolean ipv6) throws IOException {
    int descriptor = descriptor(socket);
    if (descriptor < 0 || !Posix.LINUX) {
      throw new IOException("not possible on this system");
    }
    int level = ipv6 ? Option.SOL_IPV6 : Option.SOL_IP;
    int name = ipv6 ? Option.IPV6_TRANSPARENT : Option.IP_TRANSPARENT;
    try {
      int status = Option.set(descriptor, level, name, 1);
      if (status < 0) {
        throw new IOException(Posix.message(-status));
      }
    } catch (UnsupportedOperationException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Changes how many clients may wait for a listening socket to accept them. listen(2).
  ///
  /// @return false where that is not possible: nothing has changed
  public static boolean backlog(SelectableChannel listener, int most) {
    int descriptor = descriptor(listener);
    try {
      return descriptor >= 0 && Posix.call("listen", descriptor, most) == 0;
    } catch (UnsupportedOperationException _) {
      return false;
    }
  }

  /// Leaves new connections to other listening sockets of the port, if there are any, as if these
  /// did not exist: they are bound to an interface that does not. Nothing else changes for those
  /// that have begun. It lasts until the sockets are closed.
  ///
  /// @param listeners all that share an address by SO_REUSEPORT: any other of them would go on to
  ///   hand connections to these, which then are dropped
  /// @return false where that is not possible, before Linux 5.7: nothing has changed
  public static boolean leaveConnectsToOthers(Collection<? extends SelectableChannel> listeners) {
    if (!Posix.LINUX) {
      return false;
    }
    try {
      // Without the option each is found by itself, and those told already are not. It comes back,
      // as otherwise nobody could listen on the address before these are closed.
      setAll(listeners, Option.SO_REUSEPORT, 0);
      boolean all = setAll(listeners, Option.SO_BINDTOIFINDEX, Option.NO_INTERFACE);
      setAll(listeners, Option.SO_REUSEPORT, 1);
      return all;
    } catch (UnsupportedOperationException _) {
      return false;
    }
  }

  private static boolean setAll(
      Collection<? extends SelectableChannel> sockets, int name, int value) {
    boolean all = true;
    for (SelectableChannel socket : sockets) {
      int descriptor = descriptor(socket);
      all &= descriptor >= 0 && Option.set(descriptor, Option.SOL_SOCKET, name, value) == 0;
    }
    return all;
  }

  private static final class Filter {
    /// Four instructions (linux/filter.h) of code, jt, jf and k. The packet begins with the TCP
    /// header, and byte 13 of it holds the flags.
    static final long[] NO_SYN = {
      instruction(0x30, 0, 0, 13), // A = flags
      instruction(0x45, 0, 1, 0x02), // SYN: go on; otherwise leave one out
      instruction(0x06, 0, 0, 0), // drop
      instruction(0x06, 0, 0, -1) // take all of it
    };

    private Filter() {}

    private static long instruction(int code, int jt, int jf, int k) {
      long head = code | (jt << 16) | (jf << 24);
      return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
          ? ((long) k << 32) | head
          : ((long) code << 48) | ((long) jt << 40) | ((long) jf << 32) | (k & 0xffff_ffffL);
    }
  }

  /// Has the kernel drop, without a refusal, whatever would begin a connection to a listening TCP
  /// socket; connections that have begun go on. Clients try again after a second. It lasts until
  /// the socket is closed. socket(7), SO_ATTACH_FILTER.
  ///
  /// @return false where that is not possible: nothing has changed
  public static boolean ignoreConnects(SelectableChannel listener) {
    int descriptor = descriptor(listener);
    if (descriptor < 0 || !Posix.LINUX) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(16, 8); // struct sock_fprog: length, instructions
      program.set(JAVA_SHORT, 0, (short) Filter.NO_SYN.length);
      program.set(ADDRESS, 8, arena.allocateFrom(JAVA_LONG, Filter.NO_SYN));
      return Option.set(descriptor, Option.SOL_SOCKET, Option.SO_ATTACH_FILTER, program) == 0;
    } catch (UnsupportedOperationException _) {
      return false;
    }
  }

  /// How many descriptors this process may have, Integer.MAX_VALUE if there is no limit or it is
  /// unknown. The JVM raises the soft limit to the hard one when it starts, so this is not what the
  /// shell's `ulimit -n` said.
  public static int maxDescriptors() {
    try (var limits = Files.lines(Path.of("/proc/self/limits"))) {
      // "Max open files            20000                20000                files"
      return limits
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.substring("Max open files".length()).strip())
          .mapToInt(Sockets::firstNumber)
          .findFirst()
          .orElse(Integer.MAX_VALUE);
    } catch (IOException | UncheckedIOException _) {
      return Integer.MAX_VALUE; // no /proc, behind a chroot for example
    }
  }

  private static int firstNumber(String text) {
    int end = 0;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return end == 0 || end > 9 ? Integer.MAX_VALUE : Integer.parseInt(text.substring(0, end));
  }
}
