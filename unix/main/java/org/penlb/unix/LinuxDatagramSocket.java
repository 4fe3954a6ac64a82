package org.penlb.unix;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.SelectorProvider;

/// A datagram socket for the JDK's selectors, and nothing but that: [Datagrams] carry what goes
/// through it, and [DatagramSockets] have its options, by its descriptor. It takes 2 system calls
/// to make and to close, where the JDK's own takes 5.
///
/// Owned by: the thread of the selector it is registered with; nothing here is synchronized. It
/// never blocks. Who drops it unclosed leaves its descriptor open.
final class LinuxDatagramSocket extends AbstractSelectableChannel implements PolledSocket {
  private int descriptor;

  private LinuxDatagramSocket(int descriptor) throws IOException {
    super(SelectorProvider.provider());
    this.descriptor = descriptor;
    configureBlocking(false); // it is so; now the selectors know
  }

  static LinuxDatagramSocket open(boolean ipv6) throws IOException {
    return new LinuxDatagramSocket(
        SocketCalls.made(SocketCalls.ofThread().datagram(SocketName.family(ipv6))));
  }

  @Override
  public int validOps() {
    return SelectionKey.OP_READ | SelectionKey.OP_WRITE;
  }

  @Override
  public int operations(int events) {
    return ((events & IN) != 0 ? SelectionKey.OP_READ : 0)
        | ((events & OUT) != 0 ? SelectionKey.OP_WRITE : 0);
  }

  @Override
  public int getFDVal() {
    return descriptor;
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    SocketCalls.refuseToBlock(block);
  }

  /// As [LinuxSocket]: a registered one ends in the next selection.
  @Override
  protected void implCloseSelectableChannel() {
    if (!isRegistered()) {
      kill();
    }
  }

  @Override
  public void kill() {
    descriptor = SocketCalls.ofThread().close(descriptor);
  }
}
