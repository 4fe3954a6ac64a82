package org.penlb;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.locks.LockSupport;
import org.penlb.config.Endpoint;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ListeningSockets;

/// One address that a service listens on: its sockets, and who serves them.
///
/// Owned by: whoever changes the configuration, one at a time; the listeners belong to their loops.
abstract class ListeningAddress {
  /// Together one second, twice what a listener needs unless its loop hangs.
  private static final int CLOSED_CHECKS = 100;

  private static final long CLOSED_CHECK_NANOS = 10_000_000;

  private final Endpoint endpoint;
  private final SocketAddress address;
  private boolean retired;

  ListeningAddress(Endpoint endpoint, SocketAddress address) {
    this.endpoint = endpoint;
    this.address = address;
  }

  final Endpoint endpoint() {
    return endpoint;
  }

  final SocketAddress address() {
    return address;
  }

  /// Begins to serve; before the loops have started, or while they run.
  abstract void start() throws IOException;

  /// In place of [#start], for one that was handed over.
  abstract void goOn() throws IOException;

  /// Whether a client of one may get to the other.
  final boolean overlaps(ListeningAddress other) {
    return getClass() == other.getClass() && ListeningSockets.overlap(address, other.address);
  }

  /// Whether it is the same sockets under another name.
  abstract boolean hasSocketsOf(ListeningAddress other);

  /// On the loop: those listeners that are its own take who is waiting, and then nobody.
  abstract void stop(EventLoop loop);

  /// In place of [#stop] and [#close]: the sockets close by themselves when nobody needs them any
  /// more, see [#isClosed].
  final void retire() {
    retired = true;
    beginRetirement();
  }

  abstract void beginRetirement();

  final boolean isRetired() {
    return retired;
  }

  /// Whether it is to be retired though no other takes its place.
  abstract boolean outlivesItsEnd();

  /// Waits for what [#retire] began. Sockets of the same address are one group to the kernel, which
  /// would hand clients of new ones to these, to be dropped.
  final void awaitClosed() {
    for (int i = 0; i < CLOSED_CHECKS && !isClosed(); i++) {
      LockSupport.parkNanos(CLOSED_CHECK_NANOS);
    }
  }

  abstract boolean isClosed();

  /// After [#stop] on all loops, or where nothing was started.
  abstract void close();
}
