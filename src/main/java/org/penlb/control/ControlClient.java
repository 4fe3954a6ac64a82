package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.penlb.config.Endpoint;

/// The other end of a control listener: sends one command and reads the reply. It is loaded by
/// `penctl`, which has to start fast, so it uses little.
///
/// Owned by: the thread that asks. It waits with a selector, as the JDK has timeouts for TCP only.
public final class ControlClient implements AutoCloseable {
  /// The longest command that pen reads, without the line feed.
  public static final int COMMAND_BYTES = ControlLine.MAX_BYTES;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final Duration patience;
  private IOException sendFailure;

  private ControlClient(SocketChannel channel, Duration patience) throws IOException {
    this.channel = channel;
    this.patience = patience;
    channel.configureBlocking(false);
    this.selector = Selector.open();
    this.key = channel.register(selector, 0);
  }

  /// Where a control listener is that was given the same text: without a host, on this machine.
  public static Endpoint local(Endpoint endpoint) {
    return ControlSocket.local(endpoint);
  }

  /// Connects to the first address of a host that can be connected to.
  ///
  /// @param patience how long each step may take
  public static ControlClient connect(Endpoint endpoint, Duration patience) throws IOException {
    if (endpoint.isUnix()) {
      return connect(UnixDomainSocketAddress.of(endpoint.path()), patience);
    }
    IOException failure = null;
    for (var address : addresses(endpoint.host())) {
      try {
        return connect(new InetSocketAddress(address, endpoint.port()), patience);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    throw failure;
  }

  private static InetAddress[] addresses(String host) throws IOException {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("unknown host", e);
    }
  }

  private static ControlClient connect(SocketAddress address, Duration patience)
      throws IOException {
    var channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    var client = new ControlClient(channel, patience);
    try {
      if (!channel.connect(address)) {
        client.await(SelectionKey.OP_CONNECT);
        channel.finishConnect();
      }
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private void await(int operation) throws IOException {
    key.interestOps(operation);
    if (selector.select(patience.toMillis()) == 0) {
      throw new SocketTimeoutException("no answer for " + patience.toSeconds() + " s");
    }
    selector.selectedKeys().clear();
  }

  /// Sends a command. If pen has closed by now [#read] tells, as there may be a reply that says
  /// why.
  ///
  /// @param command without a line feed
  public void send(String command) throws IOException {
    var bytes = ByteBuffer.wrap((command + "\n").getBytes(UTF_8));
    try {
      while (channel.write(bytes) >= 0 && bytes.hasRemaining()) {
        await(SelectionKey.OP_WRITE);
      }
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      sendFailure = e;
    }
  }

  /// Waits for more of the reply and puts it into a buffer.
  ///
  /// @return how many bytes, -1 if the reply is over
  public int read(ByteBuffer buffer) throws IOException {
    int count = channel.read(buffer);
    while (count == 0) {
      await(SelectionKey.OP_READ);
      count = channel.read(buffer);
    }
    if (count < 0 && sendFailure != null) {
      throw sendFailure;
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    try (selector) {
      channel.close();
    }
  }
}
