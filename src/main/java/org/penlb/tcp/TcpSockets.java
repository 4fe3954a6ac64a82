package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Endpoint;
import org.penlb.config.Settings;
import org.penlb.loop.StreamSockets;
import org.penlb.unix.Sockets;
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
  static SocketChannel openTo(InetSocketAddress address, StreamSockets sockets) throws IOException {
    try {
      return sockets.open(!isIpv4(address.getAddress()));
    } catch (UnsupportedOperationException e) {
      throw (ConnectException) new ConnectException("no IPv6 on this machine").initCause(e);
    }
  }

  /// Begins to connect, and returns whether it is done: a server on this machine has answered by
  /// then, and to ask at once costs less than to wait for the selector to say so.
  static boolean connect(SocketChannel socket, InetSocketAddress server) throws IOException {
    return socket.connect(server)
        || (server.getAddress().isLoopbackAddress() && socket.finishConnect());
  }

  /// Whether the socket is connected to itself: where no server listens, a connect to a port of
  /// this machine from which the kernel takes local ports finds, once in many, its own (RFC 9293
  /// section 3.5, simultaneous open).
  static boolean isConnectedToItself(SocketChannel socket, InetSocketAddress server)
      throws IOException {
    return server.equals(socket.getLocalAddress());
  }

  /// Whether that is its peer.
  static boolean isConnectedTo(SocketChannel socket, InetSocketAddress server) {
    try {
      return server.equals(socket.getRemoteAddress());
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isIpv4(InetAddress address) {
    return address instanceof Inet4Address;
  }

  /// Sets what the settings ask for.
  static void prepare(SocketChannel socket, Settings settings) throws IOException {
    socket.configureBlocking(false);
    if (!(socket.getRemoteAddress() instanceof UnixDomainSocketAddress)) {
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
    try (var socket = openTo(any, StreamSockets.NIO)) {
      socket.bind(any);
    } catch (IOException e) {
      throw new IOException(
          "cannot connect from " + source.getHostAddress() + " (source): " + e.getMessage(), e);
    }
  }

  /// Fails if pen may not use the addresses of clients: better when it is switched on than for each
  /// client. From any thread.
  public static void checkTransparent() throws IOException {
    try (var socket = SocketChannel.open(StandardProtocolFamily.INET)) {
      Sockets.makeTransparent(socket, false);
    } catch (IOException e) {
      throw new IOException(
          "cannot connect from the addresses of clients (transparent): "
              + e.getMessage()
              + ": it needs the capability CAP_NET_ADMIN",
          e);
    }
  }

  /// Binds to the local address that is to be used towards a server: the client's own, `source`, or
  /// what the kernel chooses; only one of the server's family can reach it.
  ///
  /// @param client null for none
  /// @throws BindException if there is no such address, or no port left
  static void bind(
      SocketChannel socket, Settings settings, SocketChannel client, InetSocketAddress server)
      throws IOException {
    boolean ipv4 = isIpv4(server.getAddress());
    var source = settings.source();
    if (settings.transparent()) {
      if (client != null
          && client.getRemoteAddress() instanceof InetSocketAddress own
          && isIpv4(own.getAddress()) == ipv4) {
        makeTransparent(socket, !ipv4);
        socket.bind(new InetSocketAddress(own.getAddress(), 0));
        return;
      }
      LOG.debug("{}: not from the client's address, which is of another family", server);
    }
    if (source != null && isIpv4(source) == ipv4) {
      socket.bind(new InetSocketAddress(source, 0));
    }
  }

  private static void makeTransparent(SocketChannel socket, boolean ipv6) throws BindException {
    try {
      Sockets.makeTransparent(socket, ipv6);
    } catch (IOException e) {
      var failure = new BindException("transparent: " + e.getMessage());
      failure.initCause(e);
      throw failure;
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
  public static void resetOnClose(SocketChannel socket) {
    try {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException | UnsupportedOperationException e) { // a Unix socket knows no reset
      LOG.debug("reset: {}", e.getMessage());
    }
  }

  public static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("close: {}", e.getMessage());
    }
  }

  /// The peer's address without its port; `unix` for a Unix socket.
  static String remoteHost(SocketChannel socket) {
    try {
      return ClientAddress.of(socket.getRemoteAddress()).toString();
    } catch (IOException e) { // it has been closed
      return "gone";
    }
  }

  /// The peer's port; -1 where it has none.
  static int remotePort(SocketChannel socket) {
    try {
      return socket.getRemoteAddress() instanceof InetSocketAddress inet ? inet.getPort() : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  /// The peer as `address:port`; `unix` for a Unix socket, empty for none.
  static String remoteName(SocketChannel socket) {
    try {
      return socket == null ? "" : name(socket.getRemoteAddress());
    } catch (IOException e) {
      return "gone";
    }
  }

  /// This end as `address:port`; empty for none.
  static String localName(SocketChannel socket) {
    var address = socket == null ? null : localAddress(socket);
    return address == null ? "" : name(address);
  }

  /// Null where there is none; the JDK asks the kernel only once.
  static SocketAddress localAddress(SocketChannel socket) {
    try {
      return socket.getLocalAddress();
    } catch (IOException e) {
      return null;
    }
  }

  private static String name(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return ClientAddress.UNIX.toString();
    }
    return Endpoint.text(ClientAddress.of(inet).toString(), inet.getPort());
  }
}
