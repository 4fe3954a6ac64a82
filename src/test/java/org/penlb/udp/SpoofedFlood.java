package org.penlb.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.penlb.acl.ClientAddress;
import org.penlb.tcp.Wire;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Sockets;

/// Somebody who writes the addresses of others on datagrams, as fast as can be: all of 127/8 are
/// this machine's, so the kernel lets it. What is answered comes to one socket, where nobody looks.
final class SpoofedFlood implements AutoCloseable {
  private static final int BATCH = 32;

  private final DatagramChannel socket;
  private final Datagrams datagrams = new Datagrams(BATCH);
  private final long to;
  private final int port;

  /// @param to an IPv4 address
  SpoofedFlood(InetSocketAddress to) throws IOException {
    this.to = ClientAddress.of(to).low();
    this.port = to.getPort();
    socket = DatagramChannel.open(StandardProtocolFamily.INET);
    socket.bind(new InetSocketAddress("0.0.0.0", 0));
    for (int slot = 0; slot < BATCH; slot++) { // what is sent has to be received before
      socket.send(
          ByteBuffer.wrap("flood".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
          UdpClient.at("127.0.0.1", socket.socket().getLocalPort()));
      if (datagrams.receive(Sockets.descriptor(socket), slot, 1) != 1) {
        throw new IOException("nothing to send");
      }
    }
  }

  /// One datagram each from addresses from 127.1.0.0 on.
  ///
  /// @param first number of the first of them
  void send(int first, int count) throws IOException {
    for (int done = 0; done < count; done += BATCH) {
      int batch = Math.min(BATCH, count - done);
      for (int slot = 0; slot < batch; slot++) {
        datagrams.to(slot, false, 0, to, port, 0);
        datagrams.from(slot, false, 0, 0xffff_7f01_0000L + first + done + slot, 0);
      }
      send(batch);
    }
  }

  /// The datagrams in the first slots, as soon as there is room in the kernel.
  private void send(int batch) throws IOException {
    long start = System.nanoTime();
    for (int sent = 0; sent < batch; ) {
      int more = datagrams.send(Sockets.descriptor(socket), sent, batch - sent);
      if (more == 0) {
        if (System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(Wire.PATIENCE_MILLIS)) {
          throw new IOException("not sent");
        }
        LockSupport.parkNanos(100_000);
      }
      sent += more;
    }
  }

  /// Of all that it sends.
  int senderPort() {
    return socket.socket().getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
