package org.penlb.unix;

import java.io.FileDescriptor;
import java.nio.channels.SelectionKey;
import sun.nio.ch.SelChImpl;
import sun.nio.ch.SelectionKeyImpl;

/// What the JDK's selectors ask a socket of our own: it is a channel with a number of its own, and
/// says what poll's events mean for it.
///
/// Owned by: the thread of the selector.
interface PolledSocket extends SelChImpl {
  /// poll(2): the numbers of epoll's events are the same.
  int IN = 0x01;

  int OUT = 0x04;
  int ERR_HUP = 0x08 | 0x10;

  /// Which operations events without errors make possible.
  int operations(int events);

  @Override
  default FileDescriptor getFD() {
    throw new UnsupportedOperationException();
  }

  @Override
  default int translateInterestOps(int operations) {
    return ((operations & SelectionKey.OP_READ) != 0 ? IN : 0)
        | ((operations & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0 ? OUT : 0);
  }

  @Override
  default boolean translateAndSetReadyOps(int events, SelectionKeyImpl key) {
    int wanted = key.nioInterestOps();
    int operations = (events & ERR_HUP) != 0 ? wanted : wanted & operations(events);
    key.nioReadyOps(operations);
    return operations != 0;
  }

  /// For selections that collect keys, which event loops do not make.
  @Override
  default boolean translateAndUpdateReadyOps(int events, SelectionKeyImpl key) {
    int before = key.nioReadyOps();
    translateAndSetReadyOps(events, key);
    int now = key.nioReadyOps();
    key.nioReadyOps(before | now);
    return (now & ~before) != 0;
  }
}
