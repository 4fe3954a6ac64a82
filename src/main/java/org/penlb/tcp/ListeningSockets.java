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
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.penlb.config.Endpoint;

/// Opens the sockets that a service listens on.
public final class ListeningSockets {
  /// Elsewhere SO_REUSEPORT exists too, but the kernel does not spread connections.
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  private ListeningSockets() {}

  /// One socket for each of `count` loops where the kernel spreads connections over them, else one.
  ///
  /// @param takeover share the port with a pen that listens on it already
  /// @throws IOException with a message for the administrator: who else listens there, for example
  public static List<ServerSocketChannel> open(
      Endpoint endpoint, int count, int backlog, boolean takeover) throws IOException {
    try {
      return endpoint.isUnix()
          ? List.of(openUnix(endpoint.path(), backlog, takeover))
          : openInet(address(endpoint), LINUX ? count : 1, backlog, takeover);
    } catch (UnknownHostException e) {
      throw new IOException("cannot listen on " + endpoint + ": unknown host", e);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + endpoint + ": " + e.getMessage(), e);
    }
  }

  private static InetSocketAddress address(Endpoint endpoint) throws UnknownHostException {
    // Endpoint keeps brackets off; `::` comes from `:::80` and `[::]:80` alike.
    var host = endpoint.host() == null ? "0.0.0.0" : endpoint.host();
    return new InetSocketAddress(InetAddress.getByName(host), endpoint.port());
  }

  private static List<ServerSocketChannel> openInet(
      InetSocketAddress address, int count, int backlog, boolean takeover) throws IOException {
    var sockets = new ArrayList<ServerSocketChannel>();
    try {
      sockets.add(openFirst(address, backlog, takeover));
      var bound = sockets.getFirst().getLocalAddress(); // with the port, if the kernel chose it
      while (sockets.size() < count) {
        sockets.add(bind(family(address), bound, backlog, true));
      }
      return sockets;
    } catch (IOException e) {
      sockets.forEach(TcpSockets::closeQuietly);
      throw e;
    }
  }

  /// The first socket is bound without SO_REUSEPORT, which fails if anybody at all has the port,
  /// and gets the option afterwards. To set it before, as is usual, would share the port silently
  /// with any other pen of this user.
  private static ServerSocketChannel openFirst(
      InetSocketAddress address, int backlog, boolean takeover) throws IOException {
    var socket = bind(family(address), address, backlog, takeover);
    if (LINUX && !takeover) {
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    return socket;
  }

  private static StandardProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  private static ServerSocketChannel bind(
      StandardProtocolFamily family, SocketAddress address, int backlog, boolean reusePort)
      throws IOException {
    var socket = ServerSocketChannel.open(family);
    try {
      if (family != StandardProtocolFamily.UNIX) {
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        if (reusePort) {
          socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
      }
      return socket.bind(address, backlog);
    } catch (IOException e) {
      TcpSockets.closeQuietly(socket);
      throw e;
    }
  }

  private static ServerSocketChannel openUnix(Path path, int backlog, boolean takeover)
      throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
      throw new BindException("there is something that is not a socket");
    }
    if (takeover) {
      return openOver(path, backlog);
    }
    removeStale(path);
    return bind(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(path), backlog, false);
  }

  /// Bound beside the old socket and moved over it: at no time is there none.
  private static ServerSocketChannel openOver(Path path, int backlog) throws IOException {
    var beside = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
    var socket =
        bind(StandardProtocolFamily.UNIX, UnixDomainSocketAddress.of(beside), backlog, false);
    try {
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
      return socket;
    } catch (IOException e) {
      TcpSockets.closeQuietly(socket);
      Files.deleteIfExists(beside);
      throw e;
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) >> 12 == 0xC;
  }

  /// Removes what a pen that did not end properly has left.
  private static void removeStale(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (isAnswered(path)) {
        throw new BindException("Address already in use");
      }
      Files.delete(path);
    }
  }

  private static boolean isAnswered(Path path) {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false); // where the backlog is full it would wait
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) { // refused: nobody listens
      return false;
    } catch (IOException e) { // the backlog is full, or it is a datagram socket, or not ours to ask
      return true;
    }
  }
}
