package org.penlb.udp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Endpoint;
import org.penlb.config.Settings;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the sockets of both sides.
public final class UdpSockets {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSockets.class);

  /// For what comes while a loop is busy, and replies to all: some thousands of small datagrams.
  /// Taken from the system only as far as it is used.
  private static final int LISTENER_ROOM = 4 * 1024 * 1024;

  private UdpSockets() {}

  // ---- listen ---------------------------------------------------------------------------------

  /// One socket for each of `count` loops: the kernel spreads clients over them.
  ///
  /// @param shared the port is shared with others of this user that have it already
  /// @throws IOException whose message does not name the address
  public static List<DatagramChannel> listen(InetSocketAddress address, int count, boolean shared)
      throws IOException {
    if (!DatagramSockets.available()) {
      throw new IOException("UDP needs Linux on 64 bits, and native access for Java");
    }
    var sockets = new ArrayList<DatagramChannel>();
    try {
      // The first one is bound without SO_REUSEPORT, which fails if anybody at all has the port.
      var first = bind(address, shared);
      sockets.add(first);
      first.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      var bound = (InetSocketAddress) first.getLocalAddress(); // with the port, if 0 was asked for
      while (sockets.size() < count) {
        sockets.add(bind(bound, true));
      }
      return sockets;
    } catch (IOException e) {
      sockets.forEach(UdpSockets::closeQuietly);
      throw e;
    }
  }

  private static DatagramChannel bind(InetSocketAddress address, boolean shared)
      throws IOException {
    boolean ipv6 = isIpv6(address);
    var socket = DatagramChannel.open(family(ipv6));
    try {
      int descriptor = Sockets.descriptor(socket);
      if (shared) {
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      if (address.getAddress().isAnyLocalAddress()) {
        DatagramSockets.tellLocalAddress(descriptor, ipv6);
      }
      DatagramSockets.room(descriptor, LISTENER_ROOM);
      return socket.bind(address);
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  // ---- servers --------------------------------------------------------------------------------

  /// A socket to reach a server from, not connected; the kernel gives it a port when it sends.
  ///
  /// @param client whose address is used with `transparent`
  /// @throws ConnectException if servers of this family cannot be reached at all
  /// @throws BindException if there is no such local address, or no port left
  /// @throws IOException for want of a descriptor or of memory
  static SelectableChannel openTo(InetSocketAddress server, Settings settings, ClientAddress client)
      throws IOException {
    boolean ipv6 = isIpv6(server);
    SelectableChannel socket;
    try {
      socket = DatagramSockets.open(ipv6);
    } catch (UnsupportedOperationException e) {
      throw (ConnectException) new ConnectException(e.getMessage()).initCause(e);
    }
    try {
      int descriptor = Sockets.descriptor(socket);
      DatagramSockets.tellErrors(descriptor, ipv6);
      var source = source(socket, ipv6, settings, client);
      if (source != null) {
        DatagramSockets.bind(descriptor, ipv6, source);
      }
      return socket;
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  /// Null for the kernel's choice.
  private static InetAddress source(
      SelectableChannel socket, boolean ipv6, Settings settings, ClientAddress client)
      throws IOException {
    if (settings.transparent() && client.isIpv4() != ipv6) {
      makeTransparent(socket, ipv6);
      return InetAddress.getByAddress(client.bytes());
    }
    var source = settings.source();
    return source != null && source instanceof Inet4Address != ipv6 ? source : null;
  }

  private static void makeTransparent(SelectableChannel socket, boolean ipv6) throws BindException {
    try {
      Sockets.makeTransparent(socket, ipv6);
    } catch (IOException e) {
      var failure = new BindException("transparent: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    }
  }

  // ---- addresses ------------------------------------------------------------------------------

  static boolean isIpv6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }

  private static StandardProtocolFamily family(boolean ipv6) {
    return ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
  }

  /// fe80::/10.
  static boolean isLinkLocal(long high) {
    return high >>> 54 == 0xfe80 >>> 6;
  }

  /// The interface of a link-local address; 0 for another.
  static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address inet6 ? inet6.getScopeId() : 0;
  }

  /// `address:port` as administrators write it.
  static String text(ClientAddress address, int port) {
    return Endpoint.text(address.toString(), port);
  }

  static String text(InetSocketAddress address) {
    return text(ClientAddress.of(address), address.getPort());
  }

  public static void closeQuietly(SelectableChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("close: {}", e.getMessage());
    }
  }
}
