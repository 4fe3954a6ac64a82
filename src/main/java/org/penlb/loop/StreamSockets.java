package org.penlb.loop;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.penlb.unix.LinuxSockets;

/// Where an event loop has the sockets from that carry connections. Both kinds are channels for the
/// JDK's selectors and do the same; they differ in the system calls that they make for it.
///
/// Owned by: immutable.
public enum StreamSockets {
  /// The JDK's own, which are there on every system.
  NIO {
    @Override
    public boolean areAvailable() {
      return true;
    }

    @Override
    public SocketChannel accept(ServerSocketChannel listener) throws IOException {
      return listener.accept();
    }

    @Override
    public SocketChannel open(boolean ipv6) throws IOException {
      return SocketChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    }
  },

  /// Made by Linux's own calls, half as many for a connection.
  LINUX {
    @Override
    public boolean areAvailable() {
      return LinuxSockets.available();
    }

    @Override
    public SocketChannel accept(ServerSocketChannel listener) throws IOException {
      return LinuxSockets.accept(listener);
    }

    @Override
    public SocketChannel open(boolean ipv6) throws IOException {
      return LinuxSockets.open(ipv6);
    }
  };

  /// For loops of which nobody says otherwise: the system property `pen.sockets`, `nio` or `linux`.
  public static final StreamSockets DEFAULT =
      valueOf(System.getProperty("pen.sockets", "nio").toUpperCase(Locale.ROOT));

  /// Whether there are such on this system. The first call may take tens of milliseconds.
  public abstract boolean areAvailable();

  /// Takes the next of those who wait to be accepted; null if nobody does.
  ///
  /// @throws IOException for want of a descriptor or of memory
  public abstract SocketChannel accept(ServerSocketChannel listener) throws IOException;

  /// A TCP socket.
  ///
  /// @throws UnsupportedOperationException if this machine has no IPv6
  /// @throws IOException for want of a descriptor or of memory
  public abstract SocketChannel open(boolean ipv6) throws IOException;
}
