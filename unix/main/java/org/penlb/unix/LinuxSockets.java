package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Sockets made by Linux's own calls where NIO's make many more: non-blocking, for the thread of
/// one selector, with direct buffers only.
///
/// Owned by: immutable.
public final class LinuxSockets {
  private LinuxSockets() {}

  /// Whether there are such: Linux on 64 bits, with native access and the export of `sun.nio.ch`.
  /// The first call binds what they need.
  public static boolean available() {
    try (var any = SocketChannel.open()) {
      return Posix.LINUX
          && ADDRESS.byteSize() == Long.BYTES
          && Sockets.descriptor(any) >= 0
          && SocketCalls.areBound();
    } catch (IOException | UnsupportedOperationException | LinkageError _) {
      return false;
    }
  }

  /// Takes the next of those who wait to be accepted; null if nobody does.
  ///
  /// @throws IOException for want of a descriptor or of memory
  public static SocketChannel accept(ServerSocketChannel listener) throws IOException {
    return LinuxSocket.accept(Sockets.descriptor(listener));
  }

  /// A TCP socket, to be connected.
  ///
  /// @throws UnsupportedOperationException if this machine has no IPv6
  /// @throws IOException for want of a descriptor or of memory
  public static SocketChannel open(boolean ipv6) throws IOException {
    return LinuxSocket.open(ipv6);
  }
}
