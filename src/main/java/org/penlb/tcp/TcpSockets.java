package org.penlb.tcp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done with the socket of either side besides carrying bytes.
public final class TcpSockets {
  private static final Logger LOG = LoggerFactory.getLogger(TcpSockets.class);

  private TcpSockets() {}

  /// A socket for a server at `address`.
  ///
  /// @throws ConnectException if this machine has no IPv6
  /// @throws IOException for want of a descriptor or of memory, and for nothing else
  static SocketChannel openTo(InetSocketAddress address) throws IOException {
    boolean ipv4 = isIpv4(address.getAddress());
    try {
      return SocketChannel.open(ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    } catch (UnsupportedOperationException e) {
      throw (ConnectException) new ConnectException("no IPv6 on this machine").initCause(e);
    }
  }

  /// Whether the socket is connected to itself: where no server listens, a connect to a port of
  /// this machine from which the kernel takes local ports finds, once in many, its own (RFC 9293
  /// section 3.5, simultaneous open).
  static boolean isConnectedToItself(SocketChannel socket, InetSocketAddress server)
      throws IOException {
    return server.equals(socket.getLocalAddress());
  }

  private static boolean isIpv4(InetAddress address) {
    return address instanceof Inet4Address;
  }

  /// Sets what the settings ask for.
  static void prepare(SocketChannel socket, Settings settings) throws IOException {
    socket.configureBlocking(false);
    if (socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) { // not a Unix one
      if (settings.noDelay()) {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      if (settings.keepAlive()) {
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      }
    }
  }

  /// Fails if `source` is not an address of this machine: better at start than for each client.
  ///
  /// @param source null is always right
  public static void checkSource(InetAddress source) throws IOException {
    if (source == null) {
      return;
    }
    var any = new InetSocketAddress(source, 0);
    try (var socket = openTo(any)) {
      socket.bind(any);
    } catch (IOException e) {
      throw new IOException(
          "cannot connect from " + source.getHostAddress() + " (source): " + e.getMessage(), e);
    }
  }

  /// Binds to the local address that is to be used towards servers.
  ///
  /// @param source null lets the kernel choose, and so does one of another family than the
  ///   server's, which it cannot reach
  static void bind(SocketChannel socket, InetAddress source, InetSocketAddress server)
      throws IOException {
    if (source != null && isIpv4(source) == isIpv4(server.getAddress())) {
      socket.bind(new InetSocketAddress(source, 0));
    }
  }

  /// ECONNRESET, or EPIPE after an end: only what was connected can be reset, a server that refuses
  /// makes it ECONNREFUSED. The JDK has a class for that but none for this, and has closed the
  /// socket by now, so that nothing is left but to look at the words.
  static boolean isReset(IOException failure) {
    var words = String.valueOf(failure.getMessage());
    return words.startsWith("Connection reset") || words.startsWith("Broken pipe");
  }

  /// Has `close` send a reset instead of an orderly end.
  static void resetOnClose(SocketChannel socket) {
    try {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException | UnsupportedOperationException e) { // a Unix socket knows no reset
      LOG.debug("reset: {}", e.getMessage());
    }
  }

  static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("close: {}", e.getMessage());
    }
  }

  /// The client's address and port, for reports.
  static String clientName(SocketChannel socket) {
    try {
      return socket.getRemoteAddress() instanceof InetSocketAddress inet
          ? ClientAddress.of(inet) + " port " + inet.getPort()
          : ClientAddress.UNIX.toString();
    } catch (IOException e) { // it has been closed
      return "gone";
    }
  }
}
