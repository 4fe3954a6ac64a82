package org.penlb.penlog;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Sockets;

/// The socket that penlogd hears with, and the datagrams that have just come: many at a time where
/// the system has a call for that.
///
/// Owned by: penlogd's thread; any may [#wakeUp] it.
abstract class Inbox implements AutoCloseable {
  /// How much may wait in the socket. A datagram with a line takes some 800 bytes there: this is a
  /// tenth of a second of 200,000 lines, which a busy machine needs. Root gets all of it, others
  /// what net.core.rmem_max allows.
  private static final int RECEIVE_ROOM = 32 << 20;

  private final DatagramChannel channel;
  private final Selector selector;

  /// Opens the socket.
  ///
  /// @param address an unspecified IPv6 address hears both families
  static Inbox open(InetSocketAddress address) throws IOException {
    return open(address, DatagramSockets.available());
  }

  static Inbox open(InetSocketAddress address, boolean manyAtOnce) throws IOException {
    var channel = DatagramChannel.open();
    try {
      channel.configureBlocking(false);
      int descriptor = Sockets.descriptor(channel);
      if (manyAtOnce) {
        DatagramSockets.room(descriptor, RECEIVE_ROOM);
      } else {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_ROOM);
      }
      channel.bind(address);
      return manyAtOnce ? new Many(channel, descriptor) : new OneByOne(channel);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen on " + text(address) + ": " + e.getMessage(), e);
    }
  }

  private Inbox(DatagramChannel channel) throws IOException {
    this.channel = channel;
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
  }

  /// Receives what is there, and forgets what was received before. Never waits.
  ///
  /// @return how many; 0 if there are none
  abstract int receive() throws IOException;

  /// Copies one of them.
  ///
  /// @param bytes has room for the largest datagram, [Datagrams#ROOM]
  /// @return how long it is
  abstract int copy(int index, byte[] bytes);

  abstract long senderHigh(int index);

  abstract long senderLow(int index);

  /// Waits for datagrams, or [#wakeUp].
  ///
  /// @param millis at most so long; 0: for ever
  void await(long millis) throws IOException {
    selector.select(millis);
    selector.selectedKeys().clear();
  }

  void wakeUp() {
    selector.wakeup();
  }

  SocketAddress address() throws IOException {
    return channel.getLocalAddress();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }

  static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress socket)) {
      return String.valueOf(address);
    }
    if (socket.getAddress().isAnyLocalAddress()) {
      return "port " + socket.getPort();
    }
    var host = socket.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getPort();
  }

  /// recvmmsg(2).
  private static final class Many extends Inbox {
    private static final int BATCH = 64;

    private final int descriptor;
    private final Datagrams datagrams = new Datagrams(BATCH);
    private int count;

    Many(DatagramChannel channel, int descriptor) throws IOException {
      super(channel);
      this.descriptor = descriptor;
    }

    @Override
    int receive() {
      datagrams.reset(0, count);
      count = datagrams.receive(descriptor, 0, BATCH);
      return count;
    }

    @Override
    int copy(int index, byte[] bytes) {
      int length = datagrams.length(index);
      datagrams.bytes(index).get(bytes, 0, length);
      return length;
    }

    @Override
    long senderHigh(int index) {
      return datagrams.senderHigh(index);
    }

    @Override
    long senderLow(int index) {
      return datagrams.senderLow(index);
    }
  }

  /// What the JDK can do.
  private static final class OneByOne extends Inbox {
    private final DatagramChannel channel;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(Datagrams.ROOM);
    private Address sender;

    OneByOne(DatagramChannel channel) throws IOException {
      super(channel);
      this.channel = channel;
    }

    @Override
    int receive() throws IOException {
      var from = channel.receive(datagram.clear());
      if (!(from instanceof InetSocketAddress socket)) {
        return 0;
      }
      sender = Address.of(socket.getAddress());
      datagram.flip();
      return 1;
    }

    @Override
    int copy(int index, byte[] bytes) {
      int length = datagram.remaining();
      datagram.get(0, bytes, 0, length);
      return length;
    }

    @Override
    long senderHigh(int index) {
      return sender.high();
    }

    @Override
    long senderLow(int index) {
      return sender.low();
    }
  }
}
