package org.penlb.log;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends each line as a datagram to a penlogd, which may be absent for a while.
///
/// Owned by: the writer thread of the request log.
final class LogDatagrams implements LogTarget {
  private static final Logger LOG = LoggerFactory.getLogger(LogDatagrams.class);

  private final String name;
  private final Losses losses;
  private final DatagramChannel channel;
  private final ByteBuffer datagram = ByteBuffer.allocateDirect(LogLine.MAX_LINE);

  /// @param receiver a resolved address
  LogDatagrams(String name, InetSocketAddress receiver, Losses losses) throws IOException {
    this.name = name;
    this.losses = losses;
    channel = open(receiver);
  }

  /// Connected, so that a refusal is reported.
  private static DatagramChannel open(InetSocketAddress receiver) throws IOException {
    var family =
        receiver.getAddress() instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET;
    DatagramChannel channel = DatagramChannel.open(family);
    try {
      channel.configureBlocking(false);
      return channel.connect(receiver);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot send request log to " + receiver + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void add(byte[] line) {
    datagram.clear().put(line).flip();
    try {
      send();
    } catch (PortUnreachableException e) {
      // The refusal of an earlier datagram; this one was not sent yet.
      losses.lost(1, "nothing listens there");
      sendAgain();
    } catch (IOException e) {
      losses.lost(1, String.valueOf(e.getMessage()));
    }
  }

  private void sendAgain() {
    try {
      send();
    } catch (IOException e) {
      losses.lost(1, String.valueOf(e.getMessage()));
    }
  }

  private void send() throws IOException {
    if (channel.write(datagram) == 0) {
      losses.lost(1, "the socket's buffer is full");
    }
  }

  @Override
  public void flush() {}

  /// There is nothing to rotate.
  @Override
  public void reopen() {}

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("request log {}: close failed: {}", name, e.getMessage());
    }
  }
}
