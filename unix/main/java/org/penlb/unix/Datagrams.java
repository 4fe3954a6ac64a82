package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Room for a batch of datagrams, and the system calls that fill it and send it: several datagrams
/// a call, each with its addresses. recvmmsg(2), sendmmsg(2), Linux on 64 bits.
///
/// Owned by: one thread. No call blocks or allocates. Memory is reserved for the largest datagrams,
/// 64 KiB a slot, but the kernel provides only those pages of it that have been used.
///
/// Addresses are 128 bits, IPv4 ones in their mapped form (RFC 4291 section 2.5.5.2). What was
/// received stays in its slots until [#reset]; to pass it on, set where to ([#to]) and from which
/// local address ([#from]), and [#send] it out of the same slots.
public final class Datagrams {
  /// Bytes in a slot, more than the largest datagram has: 65,507 by IPv4, 65,527 by IPv6.
  public static final int ROOM = 65_536;

  private static final int DONTWAIT = 0x40;
  private static final int ERRQUEUE = 0x2000;

  /// struct mmsghdr: name, its length, vectors, their number, control, its length, flags; length.
  private static final int HEADER = 64;

  private static final int NAME_LENGTH = 8;
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int CONTROL_AT = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int RECEIVED = 56;

  private static final int VECTOR = 16;
  private static final int NAME = 32;
  private static final int CONTROL = 64;

  /// struct cmsghdr: length, level, type; then the data.
  private static final int LEVEL = 8;

  private static final int TYPE = 12;
  private static final int DATA = 16;

  private static final long MAPPED = 0xffff_0000_0000L;

  private final int slots;
  private final long base;
  private final MemorySegment memory;
  private final ByteBuffer own; // in this machine's order of bytes
  private final ByteBuffer net; // the same in the network's
  private final int vectors;
  private final int names;
  private final int controls;
  private final int data;

  private static final class Calls {
    static final MethodHandle RECEIVE =
        Posix.bind(
            "recvmmsg",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final FunctionDescriptor SENDMMSG =
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    static final MethodHandle SEND = Posix.bind("sendmmsg", SENDMMSG);
    static final FunctionDescriptor ONE =
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle RECEIVE_ONE = Posix.bind("recvfrom", ONE);
    static final MethodHandle SEND_ONE = Posix.bind("sendto", ONE);

    private Calls() {}
  }

  private static final class Mapping {
    static final int READ_WRITE = 1 | 2;
    static final int PRIVATE_ANONYMOUS = 2 | 0x20;
    static final MethodHandle MAP =
        Posix.bind(
            "mmap",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle UNMAP =
        Posix.bind("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    private Mapping() {}

    /// Zeros that take no memory before they are written to, unlike those of an arena. Given back
    /// when nobody has the segment any more.
    @SuppressWarnings("restricted")
    static MemorySegment map(long size) {
      try {
        long address = (long) MAP.invokeExact(0L, size, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        if (address == -1) {
          throw new OutOfMemoryError("no memory for datagrams");
        }
        return MemorySegment.ofAddress(address)
            .reinterpret(size, Arena.ofAuto(), segment -> unmap(segment.address(), size));
      } catch (Throwable e) {
        throw Posix.unexpected(e);
      }
    }

    private static void unmap(long address, long size) {
      try {
        int _ = (int) UNMAP.invokeExact(address, size);
      } catch (Throwable e) {
        throw Posix.unexpected(e);
      }
    }
  }

  /// Whether there is such a thing here; binds what it needs.
  public static boolean available() {
    try {
      return Posix.LINUX
          && ADDRESS.byteSize() == Long.BYTES
          && Calls.RECEIVE != null
          && Mapping.MAP != null;
    } catch (UnsupportedOperationException | LinkageError _) {
      return false; // no such function, or no native access
    }
  }

  /// @param slots how many datagrams it can hold
  public Datagrams(int slots) {
    this.slots = slots;
    int all = slots + 1; // the last one is for what the network says about datagrams
    vectors = all * HEADER;
    names = vectors + all * VECTOR;
    controls = names + all * NAME;
    data = controls + all * CONTROL;
    memory = Mapping.map(data + (long) all * ROOM);
    base = memory.address();
    own = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    net = memory.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
    for (int slot = 0; slot < all; slot++) {
      int header = slot * HEADER;
      own.putLong(header, base + name(slot));
      own.putLong(header + VECTORS, base + vector(slot));
      own.putLong(header + VECTOR_COUNT, 1);
      own.putLong(header + CONTROL_AT, base + control(slot));
      own.putLong(vector(slot), bytesAt(slot));
      reset(slot);
    }
  }

  private int vector(int slot) {
    return vectors + slot * VECTOR;
  }

  private int name(int slot) {
    return names + slot * NAME;
  }

  private int control(int slot) {
    return controls + slot * CONTROL;
  }

  private long bytesAt(int slot) {
    return base + data + (long) slot * ROOM;
  }

  public int slots() {
    return slots;
  }

  // ---- receive --------------------------------------------------------------------------------

  /// Receives what is there into slots that have been reset. Fewer than asked for is all there was.
  ///
  /// @param from the first slot
  /// @param most how many at most
  /// @return how many; 0 too where the network has something to say: [#nextError]
  public int receive(int descriptor, int from, int most) {
    return receive(descriptor, from, most, DONTWAIT);
  }

  private int receive(int descriptor, int from, int most, int flags) {
    assert from >= 0 && most > 0;
    try {
      int count =
          (int) Calls.RECEIVE.invokeExact(descriptor, base + (long) from * HEADER, most, flags, 0L);
      return Math.max(count, 0);
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// As [#receive] of at most one, which costs a tenth less; where it was sent to is not told.
  public int receiveOne(int descriptor, int slot) {
    int header = slot * HEADER;
    try {
      long length =
          (long)
              Calls.RECEIVE_ONE.invokeExact(
                  descriptor,
                  bytesAt(slot),
                  (long) ROOM,
                  DONTWAIT,
                  base + name(slot),
                  base + header + NAME_LENGTH);
      own.putInt(header + RECEIVED, (int) length);
      own.putLong(header + CONTROL_LENGTH, 0);
      return length < 0 ? 0 : 1;
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// Bytes received into a slot, 0 for an empty datagram.
  public int length(int slot) {
    return own.getInt(slot * HEADER + RECEIVED);
  }

  /// The bytes, for looking at; of these slots until they are reset.
  public ByteBuffer bytes(int slot) {
    return own.slice(data + slot * ROOM, length(slot));
  }

  /// Bits 0 to 63 of the sender's address.
  public long senderHigh(int slot) {
    return isIpv6(slot) ? net.getLong(name(slot) + SocketName.IPV6_ADDRESS) : 0;
  }

  /// Bits 64 to 127 of the sender's address.
  public long senderLow(int slot) {
    return isIpv6(slot)
        ? net.getLong(name(slot) + SocketName.IPV6_ADDRESS + Long.BYTES)
        : mapped(net.getInt(name(slot) + SocketName.IPV4_ADDRESS));
  }

  private boolean isIpv6(int slot) {
    return own.getShort(name(slot)) == SocketName.INET6;
  }

  private static long mapped(int bits) {
    return MAPPED | Integer.toUnsignedLong(bits);
  }

  public int senderPort(int slot) {
    return Short.toUnsignedInt(net.getShort(name(slot) + SocketName.PORT));
  }

  /// The interface by which a link-local sender was reached; 0 for another.
  public int senderScope(int slot) {
    return isIpv6(slot) ? own.getInt(name(slot) + SocketName.SCOPE) : 0;
  }

  /// Whether it is known which local address it was sent to: [DatagramSockets#tellLocalAddress].
  public boolean hasLocal(int slot) {
    return own.getLong(slot * HEADER + CONTROL_AT + 8) > DATA;
  }

  public long localHigh(int slot) {
    return isIpv6Control(slot) ? net.getLong(control(slot) + DATA) : 0;
  }

  public long localLow(int slot) {
    return isIpv6Control(slot)
        ? net.getLong(control(slot) + DATA + Long.BYTES)
        : mapped(net.getInt(control(slot) + DATA + Integer.BYTES));
  }

  /// The interface by which it came.
  public int localScope(int slot) {
    return own.getInt(control(slot) + DATA + (isIpv6Control(slot) ? 2 * Long.BYTES : 0));
  }

  private boolean isIpv6Control(int slot) {
    return own.getInt(control(slot) + LEVEL) == DatagramSockets.SOL_IPV6;
  }

  // ---- send -----------------------------------------------------------------------------------

  /// Puts a datagram of our own into a slot; then set where [#to].
  public void load(int slot, byte[] bytes, int from, int length) {
    own.put(data + slot * ROOM, bytes, from, length);
    own.putInt(slot * HEADER + RECEIVED, length);
  }

  /// Sets where a received or loaded datagram is sent to.
  ///
  /// @param ipv6 the family of the socket that sends it
  /// @param scope for a link-local address
  public void to(int slot, boolean ipv6, long high, long low, int port, int scope) {
    int header = slot * HEADER;
    int size = SocketName.write(own, net, name(slot), ipv6, high, low, port, scope);
    own.putInt(header + NAME_LENGTH, size);
    own.putLong(header + CONTROL_LENGTH, 0);
    own.putLong(vector(slot) + Long.BYTES, length(slot));
  }

  /// Sets, after [#to], from which of the socket's local addresses it is sent. ip(7), IP_PKTINFO.
  ///
  /// @param scope the interface, for a link-local address; 0 for the one that routing takes
  public void from(int slot, boolean ipv6, long high, long low, int scope) {
    int control = control(slot);
    int length = DATA + (ipv6 ? 20 : 12);
    own.putLong(control, length);
    own.putInt(control + LEVEL, ipv6 ? DatagramSockets.SOL_IPV6 : DatagramSockets.SOL_IP);
    own.putInt(control + TYPE, ipv6 ? DatagramSockets.IPV6_PKTINFO : DatagramSockets.IP_PKTINFO);
    if (ipv6) {
      net.putLong(control + DATA, high);
      net.putLong(control + DATA + Long.BYTES, low);
      own.putInt(control + DATA + 2 * Long.BYTES, scope);
    } else {
      own.putInt(control + DATA, scope);
      net.putInt(control + DATA + Integer.BYTES, (int) low);
      net.putInt(control + DATA + 2 * Integer.BYTES, 0);
    }
    own.putLong(slot * HEADER + CONTROL_LENGTH, (length + 7) & ~7);
  }

  /// Sends datagrams whose slots say where to.
  ///
  /// @return how many; when fewer than `count`, the next one could not be sent: [#nextError],
  ///   [#sendAgain]
  public int send(int descriptor, int from, int count) {
    assert from >= 0 && count > 0;
    try {
      if (count == 1 && own.getLong(from * HEADER + CONTROL_LENGTH) == 0) {
        return sendOne(descriptor, from);
      }
      int sent =
          (int) Calls.SEND.invokeExact(descriptor, base + (long) from * HEADER, count, DONTWAIT);
      return Math.max(sent, 0);
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  /// The same for one, by a call that costs a tenth less.
  private int sendOne(int descriptor, int slot) throws Throwable {
    long nameLength = own.getInt(slot * HEADER + NAME_LENGTH);
    long length =
        (long)
            Calls.SEND_ONE.invokeExact(
                descriptor,
                bytesAt(slot),
                (long) length(slot),
                DONTWAIT,
                base + name(slot),
                nameLength);
    return length < 0 ? 0 : 1;
  }

  /// Sends one datagram.
  ///
  /// @return 0 if it is sent now, otherwise the errno that says why not
  public int sendAgain(int descriptor, int slot) {
    long header = base + (long) slot * HEADER;
    int sent =
        Posix.call(
            "sendmmsg",
            Calls.SENDMMSG,
            (f, state) -> (int) f.invokeExact(state, descriptor, header, 1, DONTWAIT));
    return sent < 0 ? -sent : 0;
  }

  /// Makes slots ready to receive.
  public void reset(int from, int count) {
    for (int slot = from; slot < from + count; slot++) {
      reset(slot);
    }
  }

  private void reset(int slot) {
    int header = slot * HEADER;
    own.putInt(header + NAME_LENGTH, NAME);
    own.putLong(header + CONTROL_LENGTH, CONTROL);
    own.putLong(vector(slot) + Long.BYTES, ROOM);
  }

  // ---- errors ---------------------------------------------------------------------------------

  /// What the network has said about a datagram that this socket sent earlier, such as ECONNREFUSED
  /// for an ICMP message that nobody listens there; each is told once. For a socket with
  /// [DatagramSockets#tellErrors]. ip(7), IP_RECVERR.
  ///
  /// @return the errno, or 0 for nothing (more)
  public int nextError(int descriptor) {
    if (receive(descriptor, slots, 1, DONTWAIT | ERRQUEUE) == 0) {
      return 0;
    }
    int control = control(slots);
    int level = own.getInt(control + LEVEL);
    boolean said =
        own.getLong(slots * HEADER + CONTROL_LENGTH) > DATA
            && (level == DatagramSockets.SOL_IP || level == DatagramSockets.SOL_IPV6);
    int errno = said ? own.getInt(control + DATA) : Errors.EIO;
    reset(slots);
    return errno;
  }

  /// The numbers of errors that matter to who sends datagrams.
  private static final class Errors {
    static final int EIO = 5;
    static final int EACCES = 13;
    static final int ENONET = 64;
    static final int ENOPROTOOPT = 92;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETUNREACH = 101;
    static final int ECONNREFUSED = 111;
    static final int EHOSTDOWN = 112;
    static final int EHOSTUNREACH = 113;

    private Errors() {}
  }

  /// Whether an error says that nobody can be reached there, rather than that something is wrong
  /// with the datagram or with this machine.
  public static boolean isUnreachable(int errno) {
    return switch (errno) {
      case Errors.ECONNREFUSED,
          Errors.EHOSTUNREACH,
          Errors.ENETUNREACH,
          Errors.EHOSTDOWN,
          Errors.ENOPROTOOPT,
          Errors.EOPNOTSUPP,
          Errors.ENONET,
          Errors.EACCES -> // a route or a router that prohibits it
          true;
      default -> false;
    };
  }

  /// Whether an error says that the machine is there, but nobody listens.
  public static boolean isRefusal(int errno) {
    return errno == Errors.ECONNREFUSED;
  }

  /// Whether an error says that this machine cannot reach any such address, for want of IPv6 for
  /// example.
  public static boolean isWithoutWay(int errno) {
    return errno == Errors.EADDRNOTAVAIL || errno == Errors.EAFNOSUPPORT;
  }

  /// For logs.
  public static String message(int errno) {
    return switch (errno) {
      case Errors.ECONNREFUSED -> "Connection refused";
      case Errors.EHOSTUNREACH -> "No route to host";
      case Errors.ENETUNREACH -> "Network is unreachable";
      case Errors.EHOSTDOWN -> "Host is down";
      case Errors.EADDRNOTAVAIL -> "Cannot assign requested address";
      case Errors.EAFNOSUPPORT -> "Address family not supported";
      case Errors.ENOPROTOOPT -> "Protocol not available";
      default -> Posix.message(errno);
    };
  }
}
