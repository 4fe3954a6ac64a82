package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Endpoint;
import org.penlb.unix.Privileges;

/// Opens the sockets that pen listens on, at start or later.
///
/// Two listeners of one pen on overlapping addresses, such as `80` and `127.0.0.1:80`, are refused
/// like those of two programs, unless the one replaces the other: while both are open, the kernel
/// gives each client to the more specific one.
public final class ListeningSockets {
  /// Elsewhere SO_REUSEPORT exists too, but the kernel does not spread connections.
  private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

  private ListeningSockets() {}

  /// As [#open(Endpoint, int, int, boolean, Collection)], in place of no other socket.
  public static List<ServerSocketChannel> open(
      Endpoint endpoint, int count, int backlog, boolean takeover) throws IOException {
    return open(endpoint, count, backlog, takeover, List.of());
  }

  /// One socket for each of `count` loops where the kernel spreads connections over them, else one.
  ///
  /// @param takeover share the port with a pen that listens on it already
  /// @param replaced sockets of this pen that are closed when these are in use: the port is shared
  ///   with them for so long
  /// @throws IOException with a message for the administrator: who else listens there, for example
  public static List<ServerSocketChannel> open(
      Endpoint endpoint,
      int count,
      int backlog,
      boolean takeover,
      Collection<ServerSocketChannel> replaced)
      throws IOException {
    boolean shared = false;
    try {
      shared = isOverlapping(endpoint, replaced);
      return endpoint.isUnix()
          ? List.of(openUnix(endpoint.path(), backlog, takeover || shared))
          : openInet(address(endpoint), LINUX ? count : 1, backlog, takeover || shared);
    } catch (IOException e) {
      throw cannotListen(endpoint, e, shared);
    }
  }

  /// The kernel shares a port among sockets of one user only.
  private static String afterPrivileges(IOException e, boolean shared) {
    if (!Privileges.areGivenUp()) {
      return "";
    }
    var words = String.valueOf(e.getMessage());
    return words.startsWith("Permission denied") || (shared && words.contains("in use"))
        ? ": pen gave up its privileges (-u)"
        : "";
  }

  /// Whether an address is one that these listen on, or a part of it, or the other way round.
  ///
  /// @throws IOException if its host is unknown
  public static boolean overlaps(Endpoint endpoint, Collection<ServerSocketChannel> others)
      throws IOException {
    try {
      return isOverlapping(endpoint, others);
    } catch (IOException e) {
      throw cannotListen(endpoint, e, "");
    }
  }

  /// Whether somebody who listens at `address` listens where it says.
  ///
  /// @throws IOException if its host is unknown
  public static boolean isAt(Endpoint endpoint, SocketAddress address) throws IOException {
    try {
      return socketAddress(endpoint).equals(address);
    } catch (IOException e) {
      throw cannotListen(endpoint, e, "");
    }
  }

  /// What an endpoint that is no path means.
  ///
  /// @throws IOException if its host is unknown
  public static InetSocketAddress resolve(Endpoint endpoint) throws IOException {
    try {
      return address(endpoint);
    } catch (IOException e) {
      throw cannotListen(endpoint, e, "");
    }
  }

  private static SocketAddress socketAddress(Endpoint endpoint) throws IOException {
    return endpoint.isUnix() ? UnixDomainSocketAddress.of(endpoint.path()) : address(endpoint);
  }

  private static boolean isOverlapping(Endpoint endpoint, Collection<ServerSocketChannel> others)
      throws IOException {
    var wanted = socketAddress(endpoint);
    for (var other : others) {
      if (other.isOpen() && overlap(wanted, other.getLocalAddress())) {
        return true;
      }
    }
    return false;
  }

  /// For the administrator.
  ///
  /// @param shared whether the port is shared with others of this user
  public static IOException cannotListen(Endpoint endpoint, IOException cause, boolean shared) {
    return cannotListen(endpoint, cause, afterPrivileges(cause, shared));
  }

  private static IOException cannotListen(Endpoint endpoint, IOException cause, String more) {
    return new IOException(
        "cannot listen on " + endpoint + ": " + cause.getMessage() + more, cause);
  }

  /// Whether a client of one address may get to a listener of the other.
  public static boolean overlap(SocketAddress one, SocketAddress other) {
    if (one instanceof InetSocketAddress a && other instanceof InetSocketAddress b) {
      return a.getPort() == b.getPort()
          && (a.getAddress().isAnyLocalAddress()
              || b.getAddress().isAnyLocalAddress()
              || a.getAddress().equals(b.getAddress()));
    }
    return one.equals(other);
  }

  /// One socket that nobody shares, neither now nor later.
  ///
  /// @throws IOException whose message does not name the endpoint
  public static ServerSocketChannel openExclusive(Endpoint endpoint, int backlog)
      throws IOException {
    if (endpoint.isUnix()) {
      return openUnix(endpoint.path(), backlog, false);
    }
    var address = address(endpoint);
    return bind(family(address), address, backlog, false);
  }

  /// A Unix socket in the place of one that another pen listens on, which is nameless from now on.
  ///
  /// @throws IOException whose message does not name the path
  public static ServerSocketChannel takeOver(Path path, int backlog) throws IOException {
    return openUnix(path, backlog, true);
  }

  private static InetSocketAddress address(Endpoint endpoint) throws IOException {
    // Endpoint keeps brackets off; `::` comes from `:::80` and `[::]:80` alike.
    var host = endpoint.host() == null ? "0.0.0.0" : endpoint.host();
    try {
      return new InetSocketAddress(InetAddress.getByName(host), endpoint.port());
    } catch (UnknownHostException e) {
      throw new IOException("unknown host", e);
    }
  }

  /// An address as administrators write it.
  public static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address.toString();
    }
    return Endpoint.text(ClientAddress.of(inet).toString(), inet.getPort());
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
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !UnixSocketFile.isSocket(path)) {
      throw new BindException("there is something that is not a socket");
    }
    if (takeover) {
      return openOver(path, backlog);
    }
    UnixSocketFile.removeStale(path);
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
}
