package org.penlb.unix;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import sun.nio.ch.DirectBuffer;

/// A stream socket that asks the kernel for what is wanted and for nothing else: half the system
/// calls of the JDK's own for a connection that is accepted, used and closed.
///
/// Owned by: the thread of the selector it is registered with; nothing here is synchronized. It
/// never blocks, and carries bytes from and to direct buffers only. It does as
/// [java.nio.channels.SocketChannel] says otherwise, and JDK's selectors take it as one of the
/// JDK's own. Who drops it unclosed leaves its descriptor open.
final class LinuxSocket extends SocketChannel implements PolledSocket {
  private static final int SOL_SOCKET = 1;
  private static final int SO_KEEPALIVE = 9;
  private static final int SO_LINGER = 13;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int SHUT_RD = 0;
  private static final int SHUT_WR = 1;

  private static final Set<SocketOption<?>> UNIX_OPTIONS = Set.of(StandardSocketOptions.SO_LINGER);
  private static final Set<SocketOption<?>> TCP_OPTIONS =
      Set.of(
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.TCP_NODELAY);

  private enum State {
    UNCONNECTED,
    CONNECTING,
    CONNECTED
  }

  /// The thread that last called, and the calls that it makes.
  private Thread thread;

  private SocketCalls calls;
  private int descriptor;
  private final boolean ipv6;
  private State state;
  private SocketAddress remote;
  private SocketAddress local;

  private LinuxSocket(int descriptor, boolean ipv6, State state, SocketAddress remote)
      throws IOException {
    super(SelectorProvider.provider());
    this.descriptor = descriptor;
    this.ipv6 = ipv6;
    this.state = state;
    this.remote = remote;
    configureBlocking(false); // it is so; now the selectors know
  }

  /// As [java.net.SocketChannel#open]: with TCP, unconnected.
  static LinuxSocket open(boolean ipv6) throws IOException {
    int descriptor = SocketCalls.made(SocketCalls.ofThread().stream(SocketName.family(ipv6)));
    return new LinuxSocket(descriptor, ipv6, State.UNCONNECTED, null);
  }

  /// Null if nobody waits.
  static LinuxSocket accept(int listener) throws IOException {
    var accepted = SocketCalls.ofThread().accept(listener);
    if (accepted.descriptor() == -SocketCalls.EAGAIN) {
      return null;
    }
    return new LinuxSocket(
        SocketCalls.checked(accepted.descriptor()), false, State.CONNECTED, accepted.peer());
  }

  /// A socket may be handed to another loop.
  private SocketCalls calls() {
    var current = Thread.currentThread();
    if (!current.equals(thread)) {
      thread = current;
      calls = SocketCalls.ofThread();
    }
    return calls;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void ensureConnected() throws ClosedChannelException {
    ensureOpen();
    if (state != State.CONNECTED) {
      throw new NotYetConnectedException();
    }
  }

  // ---- connect --------------------------------------------------------------------------------

  @Override
  public SocketChannel bind(SocketAddress address) throws IOException {
    ensureOpen();
    SocketCalls.checked(calls().bind(descriptor, inet(address), ipv6));
    local = null;
    return this;
  }

  private static InetSocketAddress inet(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      return inet;
    }
    throw new UnsupportedAddressTypeException();
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    ensureOpen();
    switch (state) {
      case CONNECTED -> throw new AlreadyConnectedException();
      case CONNECTING -> throw new ConnectionPendingException();
      case UNCONNECTED -> {}
    }
    remote = inet(address);
    state = State.CONNECTING;
    return proceed();
  }

  @Override
  public boolean finishConnect() throws IOException {
    ensureOpen();
    return switch (state) {
      case CONNECTED -> true;
      case CONNECTING -> proceed();
      case UNCONNECTED -> throw new NoConnectionPendingException();
    };
  }

  /// The first connect(2) begins; the next says what has come of it.
  private boolean proceed() throws IOException {
    int errno = -calls().connect(descriptor, (InetSocketAddress) remote, ipv6);
    if (errno == 0 || errno == SocketCalls.EISCONN) {
      state = State.CONNECTED;
      local = null;
      return true;
    }
    if (errno == SocketCalls.EINPROGRESS || errno == SocketCalls.EALREADY) {
      return false;
    }
    close();
    throw SocketCalls.failure(errno);
  }

  @Override
  public boolean isConnected() {
    return state == State.CONNECTED;
  }

  @Override
  public boolean isConnectionPending() {
    return state == State.CONNECTING;
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return state == State.CONNECTED ? remote : null;
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    if (local == null) {
      local = calls().name(descriptor);
    }
    return local;
  }

  // ---- bytes ----------------------------------------------------------------------------------

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    ensureConnected();
    int position = buffer.position();
    int room = buffer.limit() - position;
    if (room == 0) {
      return 0;
    }
    int count = calls().receive(descriptor, address(buffer) + position, room);
    if (count > 0) {
      buffer.position(position + count);
      return count;
    }
    return count == 0 ? -1 : nothing(count);
  }

  @Override
  public int write(ByteBuffer buffer) throws IOException {
    ensureConnected();
    int position = buffer.position();
    int count = calls().send(descriptor, address(buffer) + position, buffer.limit() - position);
    if (count < 0) {
      return nothing(count);
    }
    buffer.position(position + count);
    return count;
  }

  private static int nothing(int status) throws IOException {
    if (status == -SocketCalls.EAGAIN || status == -SocketCalls.EINTR) {
      return 0;
    }
    throw SocketCalls.failure(-status);
  }

  private static long address(ByteBuffer buffer) {
    if (buffer instanceof DirectBuffer direct) {
      return direct.address();
    }
    throw new IllegalArgumentException("not a direct buffer");
  }

  @Override
  public long read(ByteBuffer[] buffers, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] buffers, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    ensureConnected();
    SocketCalls.checked(calls().shutdown(descriptor, SHUT_RD));
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    ensureConnected();
    SocketCalls.checked(calls().shutdown(descriptor, SHUT_WR));
    return this;
  }

  // ---- options --------------------------------------------------------------------------------

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return remote instanceof UnixDomainSocketAddress ? UNIX_OPTIONS : TCP_OPTIONS;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureOpen();
    if (name.equals(StandardSocketOptions.SO_LINGER)) {
      int seconds = (Integer) value;
      int on = seconds < 0 ? 0 : 1;
      SocketCalls.checked(
          calls().option(descriptor, SOL_SOCKET, SO_LINGER, on, Math.max(seconds, 0)));
    } else {
      SocketCalls.checked(
          calls().option(descriptor, level(name), number(name), (Boolean) value ? 1 : 0));
    }
    return this;
  }

  /// Of SO_KEEPALIVE and TCP_NODELAY; whoever sets SO_LINGER knows it.
  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    ensureOpen();
    return name.type()
        .cast(SocketCalls.checked(calls().option(descriptor, level(name), number(name))) != 0);
  }

  private static int level(SocketOption<?> name) {
    return name.equals(StandardSocketOptions.TCP_NODELAY) ? IPPROTO_TCP : SOL_SOCKET;
  }

  private int number(SocketOption<?> name) {
    boolean tcp = !(remote instanceof UnixDomainSocketAddress);
    if (tcp && name.equals(StandardSocketOptions.TCP_NODELAY)) {
      return TCP_NODELAY;
    }
    if (tcp && name.equals(StandardSocketOptions.SO_KEEPALIVE)) {
      return SO_KEEPALIVE;
    }
    throw new UnsupportedOperationException(name.name());
  }

  @Override
  public Socket socket() {
    throw new UnsupportedOperationException();
  }

  // ---- selection and end ----------------------------------------------------------------------

  @Override
  protected void implConfigureBlocking(boolean block) {
    SocketCalls.refuseToBlock(block);
  }

  /// A registered one goes to the kernel in the next selection, which comes when the loop has done
  /// what it is doing: the selector must not find another socket under its number.
  @Override
  protected void implCloseSelectableChannel() {
    if (!isRegistered()) {
      kill();
    }
  }

  @Override
  public void kill() {
    descriptor = calls().close(descriptor);
  }

  @Override
  public int getFDVal() {
    return descriptor;
  }

  @Override
  public int operations(int events) {
    int writable = isConnected() ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
    return ((events & IN) != 0 ? SelectionKey.OP_READ : 0) | ((events & OUT) != 0 ? writable : 0);
  }
}
