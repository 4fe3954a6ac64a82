package org.penlb.penlog;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Sockets;

/// The socket by which penlog sends lines, and those that wait to be sent together.
///
/// Owned by: penlog's main thread.
///
/// A line that this machine cannot take at once (its buffer is full) waits for a second; then it is
/// lost, and so are those behind it, without any more waiting, until one can be sent again. So a
/// web server whose log this is, is held up by a second once, not by every line.
abstract class Outbox implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SEND_ROOM = 1 << 20;

  private final DatagramChannel channel;
  private final Selector selector;
  final Trouble trouble;
  private boolean patient = true;

  /// Opens the socket. It is connected, so that refusals are told.
  ///
  /// @param local null: whichever address the way to the receiver has
  static Outbox open(InetSocketAddress receiver, InetAddress local, Trouble trouble)
      throws IOException {
    return open(receiver, local, trouble, DatagramSockets.available());
  }

  static Outbox open(
      InetSocketAddress receiver, InetAddress local, Trouble trouble, boolean manyAtOnce)
      throws IOException {
    boolean ipv6 = receiver.getAddress() instanceof Inet6Address;
    if (local != null && local instanceof Inet6Address != ipv6) {
      throw failure(receiver, local, "one is an IPv4 address and the other an IPv6 one", null);
    }
    var channel =
        DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_ROOM);
      if (local != null) {
        channel.bind(new InetSocketAddress(local, 0));
      }
      channel.connect(receiver);
      return manyAtOnce ? new Many(channel, receiver, trouble) : new OneByOne(channel, trouble);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      channel.close();
      throw failure(receiver, local, e.getMessage() == null ? e.toString() : e.getMessage(), e);
    }
  }

  private static IOException failure(
      InetSocketAddress receiver, InetAddress local, String why, Exception cause) {
    var from = local == null ? "" : " from " + local.getHostAddress();
    return new IOException("cannot send to " + Inbox.text(receiver) + from + ": " + why, cause);
  }

  Outbox(DatagramChannel channel, Trouble trouble) throws IOException {
    this.channel = channel;
    this.trouble = trouble;
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_WRITE);
  }

  /// Takes a line, and sends it now or with the next ones.
  abstract void add(byte[] bytes, int from, int length);

  /// Sends what waits.
  abstract void flush();

  /// Counts what has been said about the last lines, of which no later one tells.
  abstract void countRefusals();

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }

  void onSent() {
    patient = true;
  }

  /// When the patience with a buffer that is full now ends.
  long patience() {
    return System.nanoTime() + (patient ? PATIENCE_NANOS : 0);
  }

  /// Waits until something can be sent.
  ///
  /// @return false if there is no more time: the line is lost
  boolean await(long untilNanos) {
    long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
    if (left <= 0) {
      patient = false;
      trouble.onFull();
      return false;
    }
    try {
      selector.select(left);
      selector.selectedKeys().clear();
      return true;
    } catch (IOException e) {
      trouble.onFailure(e.getMessage());
      return false;
    }
  }

  /// sendmmsg(2).
  private static final class Many extends Outbox {
    private static final int BATCH = 64;
    private static final int EAGAIN = 11;
    private static final int ENOBUFS = 105;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /// After a refusal of an earlier one a line is tried again.
    private static final int TRIES = 4;

    private final int descriptor;
    private final boolean ipv6;
    private final Address receiver;
    private final int port;
    private final int scope;
    private final Datagrams datagrams = new Datagrams(BATCH);
    private int count;

    Many(DatagramChannel channel, InetSocketAddress receiver, Trouble trouble) throws IOException {
      super(channel, trouble);
      descriptor = Sockets.descriptor(channel);
      var address = receiver.getAddress();
      ipv6 = address instanceof Inet6Address;
      this.receiver = Address.of(address);
      port = receiver.getPort();
      scope = address instanceof Inet6Address six ? six.getScopeId() : 0;
      DatagramSockets.tellErrors(descriptor, ipv6);
    }

    @Override
    void add(byte[] bytes, int from, int length) {
      datagrams.load(count, bytes, from, length);
      datagrams.to(count, ipv6, receiver.high(), receiver.low(), port, scope);
      count++;
      if (count == BATCH) {
        flush();
      }
    }

    @Override
    void flush() {
      int done = 0;
      while (done < count) {
        int sent = datagrams.send(descriptor, done, count - done);
        if (sent < count - done) {
          countRefusals();
        }
        if (sent > 0) {
          onSent();
        } else {
          sendPatiently(done);
          sent = 1;
        }
        done += sent;
      }
      count = 0;
    }

    /// A refusal of an earlier datagram makes the sending of a later one fail, and is forgotten by
    /// that: so they are read from where the system keeps them.
    @Override
    void countRefusals() {
      for (int errno = datagrams.nextError(descriptor);
          errno != 0;
          errno = datagrams.nextError(descriptor)) {
        if (Datagrams.isRefusal(errno)) {
          trouble.onRefusal();
        } else {
          trouble.onFailure(Datagrams.message(errno));
        }
      }
    }

    /// Sends one, or counts it as lost.
    private void sendPatiently(int slot) {
      long until = patience();
      int tries = TRIES;
      int errno = datagrams.sendAgain(descriptor, slot);
      while (errno != 0) {
        if (errno == EAGAIN || errno == ENOBUFS) {
          if (!await(until)) {
            return;
          }
          if (errno == ENOBUFS) {
            // The queue of an interface is full: the socket, which has room, does not tell when.
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        } else if (Datagrams.isUnreachable(errno) && --tries > 0) {
          countRefusals();
        } else {
          trouble.onFailure(Datagrams.message(errno));
          return;
        }
        errno = datagrams.sendAgain(descriptor, slot);
      }
      onSent();
    }
  }

  /// What the JDK can do.
  private static final class OneByOne extends Outbox {
    private final DatagramChannel channel;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(Lines.MAX + 1);

    OneByOne(DatagramChannel channel, Trouble trouble) throws IOException {
      super(channel, trouble);
      this.channel = channel;
    }

    @Override
    void add(byte[] bytes, int from, int length) {
      datagram.clear().put(bytes, from, length).flip();
      long until = patience();
      try {
        while (send() == 0) {
          if (!await(until)) {
            return;
          }
        }
        onSent();
      } catch (IOException e) {
        trouble.onFailure(e.getMessage());
      }
    }

    private int send() throws IOException {
      try {
        return channel.write(datagram);
      } catch (PortUnreachableException e) {
        trouble.onRefusal(); // of an earlier one; this one has not been sent yet
        return channel.write(datagram);
      }
    }

    @Override
    void flush() {}

    @Override
    void countRefusals() {
      try {
        channel.read(datagram.clear()); // a receiver says nothing; but this fails like a sending
      } catch (PortUnreachableException e) {
        trouble.onRefusal();
      } catch (IOException e) {
        trouble.onFailure(e.getMessage());
      }
    }
  }
}
