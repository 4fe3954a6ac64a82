package org.penlb.unix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;

/// Linux's own calls about one socket, of which none blocks. Each returns what the kernel returned,
/// or the negated errno. The numbers are the same on all machines that have both Linux and JDK 25.
///
/// Owned by: one thread, whose memory for arguments and errno it is.
final class SocketCalls {
  static final int EAGAIN = 11;
  static final int EINTR = 4;
  static final int EAFNOSUPPORT = 97;
  static final int ECONNABORTED = 103;
  static final int EISCONN = 106;
  static final int EALREADY = 114;
  static final int EINPROGRESS = 115;

  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;
  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int NOSIGNAL = 0x4000;

  /// One shape for all, as each new one takes milliseconds to make. Arguments travel in registers,
  /// and a function with fewer of them does not look at the others; of what an `int` function
  /// returns only the lower half means anything.
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle ACCEPT4 = bind("accept4");
  private static final MethodHandle SOCKET = bind("socket");
  private static final MethodHandle CONNECT = bind("connect");
  private static final MethodHandle BIND = bind("bind");
  private static final MethodHandle RECV = bind("recv");
  private static final MethodHandle SEND = bind("send");
  private static final MethodHandle SHUTDOWN = bind("shutdown");
  private static final MethodHandle CLOSE = bind("close");
  private static final MethodHandle SETSOCKOPT = bind("setsockopt");
  private static final MethodHandle GETSOCKOPT = bind("getsockopt");
  private static final MethodHandle GETSOCKNAME = bind("getsockname");

  private static final ThreadLocal<SocketCalls> OF_THREAD =
      ThreadLocal.withInitial(SocketCalls::new);

  private final MemorySegment state = Arena.ofAuto().allocate(Posix.Errno.STATE);
  private final SocketName name = new SocketName(Arena.ofAuto());
  private final MemorySegment numbers = Arena.ofAuto().allocate(16, 8);

  private SocketCalls() {}

  /// Those of this thread. Who calls often keeps them: a thread's own costs more than some calls.
  static SocketCalls ofThread() {
    return OF_THREAD.get();
  }

  /// Whether all of them are there, which the first call finds out.
  static boolean areBound() {
    return GETSOCKNAME != null;
  }

  private static MethodHandle bind(String name) {
    return Posix.bind(name, SHAPE, Posix.Errno.CAPTURE);
  }

  private int call(MethodHandle function, int descriptor, long a, long b, long c, long d) {
    try {
      int result = (int) (long) function.invokeExact(state, descriptor, a, b, c, d);
      return result == -1 ? -state.get(JAVA_INT, Posix.Errno.OFFSET) : result;
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  // ---- make -----------------------------------------------------------------------------------

  int stream(int family) {
    return call(SOCKET, family, STREAM | NONBLOCK_CLOEXEC, 0, 0, 0);
  }

  int datagram(int family) {
    return call(SOCKET, family, DATAGRAM | NONBLOCK_CLOEXEC, 0, 0, 0);
  }

  /// Who was accepted, and the accepted socket's descriptor.
  ///
  /// @param descriptor or the negated errno, and no peer
  record Accepted(int descriptor, SocketAddress peer) {}

  Accepted accept(int listener) {
    while (true) {
      numbers.set(JAVA_INT, 0, SocketName.ROOM);
      int accepted = call(ACCEPT4, listener, name.at(), numbers.address(), NONBLOCK_CLOEXEC, 0);
      if (accepted != -ECONNABORTED && accepted != -EINTR) {
        return new Accepted(accepted, accepted < 0 ? null : name.read());
      }
    }
  }

  int bind(int descriptor, InetSocketAddress address, boolean ipv6) {
    int size = name.write(address, ipv6);
    return call(BIND, descriptor, name.at(), size, 0, 0);
  }

  int connect(int descriptor, InetSocketAddress address, boolean ipv6) {
    int size = name.write(address, ipv6);
    return call(CONNECT, descriptor, name.at(), size, 0, 0);
  }

  /// The same without an object for the address, of 128 bits.
  int connect(int descriptor, boolean ipv6, long high, long low, int port, int scope) {
    int size = name.write(ipv6, high, low, port, scope);
    return call(CONNECT, descriptor, name.at(), size, 0, 0);
  }

  /// The socket's own address; null if there is none.
  SocketAddress name(int descriptor) {
    numbers.set(JAVA_INT, 0, SocketName.ROOM);
    int status = call(GETSOCKNAME, descriptor, name.at(), numbers.address(), 0, 0);
    return status < 0 ? null : name.read();
  }

  // ---- use ------------------------------------------------------------------------------------

  int receive(int descriptor, long address, int size) {
    return call(RECV, descriptor, address, size, 0, 0);
  }

  int send(int descriptor, long address, int size) {
    return call(SEND, descriptor, address, size, NOSIGNAL, 0);
  }

  int shutdown(int descriptor, int how) {
    return call(SHUTDOWN, descriptor, how, 0, 0, 0);
  }

  /// Returns -1, the number of no descriptor, with which it does nothing.
  int close(int descriptor) {
    if (descriptor >= 0) {
      call(CLOSE, descriptor, 0, 0, 0, 0);
    }
    return -1;
  }

  // ---- options --------------------------------------------------------------------------------

  int option(int descriptor, int level, int name, int value) {
    numbers.set(JAVA_INT, 0, value);
    return call(SETSOCKOPT, descriptor, level, name, numbers.address(), Integer.BYTES);
  }

  /// For a struct linger {int on; int seconds;}.
  int option(int descriptor, int level, int name, int first, int second) {
    numbers.set(JAVA_INT, 0, first);
    numbers.set(JAVA_INT, 4, second);
    return call(SETSOCKOPT, descriptor, level, name, numbers.address(), 2 * Integer.BYTES);
  }

  /// An option whose value is a number, 0 or more.
  int option(int descriptor, int level, int name) {
    numbers.set(JAVA_INT, 0, 0);
    numbers.set(JAVA_INT, 4, Integer.BYTES);
    long value = numbers.address();
    int status = call(GETSOCKOPT, descriptor, level, name, value, value + Integer.BYTES);
    return status < 0 ? status : numbers.get(JAVA_INT, 0);
  }

  // ---- errors ---------------------------------------------------------------------------------

  /// What a call returned, if it did not fail.
  static int checked(int status) throws IOException {
    if (status < 0) {
      throw failure(-status);
    }
    return status;
  }

  /// The same of a call that makes a socket.
  ///
  /// @throws UnsupportedOperationException as NIO does, if this machine has no IPv6
  static int made(int status) throws IOException {
    if (status == -EAFNOSUPPORT) {
      throw new UnsupportedOperationException("no IPv6 on this machine");
    }
    return checked(status);
  }

  /// For a channel that is asked to block or not to.
  static void refuseToBlock(boolean block) {
    if (block) {
      throw new UnsupportedOperationException("it never blocks");
    }
  }

  /// What NIO throws in the same case.
  static IOException failure(int errno) {
    var words = message(errno);
    return switch (errno) {
      case 107, 110, 111 -> new ConnectException(words);
      case 113 -> new NoRouteToHostException(words);
      case 13, 98, 99 -> new BindException(words);
      default -> new SocketException(words);
    };
  }

  /// As [Posix#message], for the numbers that Linux has for the network.
  private static String message(int errno) {
    return switch (errno) {
      case 71 -> "Protocol error";
      case 97 -> "Address family not supported by protocol";
      case 98 -> "Address already in use";
      case 99 -> "Cannot assign requested address";
      case 100 -> "Network is down";
      case 101 -> "Network is unreachable";
      case 104 -> "Connection reset by peer";
      case 105 -> "No buffer space available";
      case 107 -> "Transport endpoint is not connected";
      case 110 -> "Connection timed out";
      case 111 -> "Connection refused";
      case 112 -> "Host is down";
      case 113 -> "No route to host";
      default -> Posix.message(errno);
    };
  }
}
