package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.penlb.balance.Server;
import org.penlb.loop.Deadline;
import org.penlb.loop.Ready;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A place for one idle connection to a server.
///
///     EMPTY --> CONNECTING --> READY --> given to a client --> EMPTY
///      ^            |            |
///      +------------+------------+ failed, or the server has closed it: again after a second
///
/// Owned by: loop.
final class IdleConnection extends Deadline implements Ready {
  private static final Logger LOG = LoggerFactory.getLogger(IdleConnection.class);

  /// How often a place is looked after: the server may have closed the connection behind unread
  /// bytes, or may not be available any more; and how soon it is tried again after a failure.
  private static final long TEND_NANOS = 1_000_000_000;

  private enum State {
    EMPTY,
    CONNECTING,
    READY
  }

  private final IdleConnections all;
  private State state = State.EMPTY;
  private Server server;
  private SocketChannel socket;
  private SelectionKey key;

  IdleConnection(IdleConnections all) {
    this.all = all;
  }

  Server server() {
    return server;
  }

  /// Has it connect as soon as the loop has done what it is doing.
  void openSoon() {
    all.loop().deadlines().set(this, all.loop().nowNanos());
  }

  private void openLater() {
    all.loop().deadlines().set(this, all.loop().nowNanos() + TEND_NANOS);
  }

  // ---- connect --------------------------------------------------------------------------------

  private void open() {
    server = all.enterNext();
    if (server == null) {
      openLater();
      return;
    }
    state = State.CONNECTING;
    try {
      socket = TcpSockets.openTo(server.address(), all.loop().sockets());
    } catch (ConnectException e) {
      onFailed(e);
      return;
    } catch (IOException e) {
      onShortage(e);
      return;
    }
    try {
      connect();
    } catch (BindException e) {
      onShortage(e);
    } catch (IOException e) {
      onFailed(e);
    }
  }

  private void connect() throws IOException {
    TcpSockets.prepare(socket, all.settings());
    TcpSockets.bind(socket, all.settings(), null, server.address());
    boolean connected = TcpSockets.connect(socket, server.address());
    key = all.loop().register(socket, connected ? 0 : SelectionKey.OP_CONNECT, this);
    if (connected) {
      onConnected();
    } else {
      var timeout = all.settings().connectTimeout();
      all.loop().deadlines().set(this, all.loop().nowNanos() + timeout.toNanos());
    }
  }

  private void onConnected() throws IOException {
    if (TcpSockets.isConnectedToItself(socket, server.address())) {
      throw new ConnectException("nobody listens there");
    }
    state = State.READY;
    server.clearBlacklist();
    key.interestOps(SelectionKey.OP_READ);
    all.onReady(this);
    openLater(); // to look after it
  }

  private void onFailed(IOException failure) {
    if (TcpSockets.isReset(failure)) { // it has taken the connection
      LOG.debug("idle connection to {}: {}", server, failure.getMessage());
    } else {
      all.onConnectFailed(server, failure.getMessage());
    }
    drop();
    openLater();
  }

  /// Trouble of this machine is not the server's.
  private void onShortage(IOException failure) {
    LOG.debug("no idle connection to {}: {}", server, failure.getMessage());
    drop();
    openLater();
  }

  // ---- idle -----------------------------------------------------------------------------------

  @Override
  public void onReady(int readyOps) {
    try {
      if (state == State.CONNECTING && socket.finishConnect()) {
        onConnected();
      } else if (state == State.READY) {
        onReadable();
      }
    } catch (IOException e) {
      onFailed(e);
    }
  }

  private void onReadable() {
    if (Sockets.hasEnded(socket)) {
      drop();
      openLater();
    } else {
      key.interestOps(0); // a greeting, which stays where it is until a client comes
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    switch (state) {
      case EMPTY -> open();
      case CONNECTING -> {
        var timeout = all.settings().connectTimeout();
        all.onConnectFailed(server, "no answer within " + timeout.toSeconds() + " s");
        drop();
        openLater();
      }
      case READY -> {
        if (Sockets.hasEnded(socket) || !isWelcome(nowNanos)) {
          drop();
        }
        openLater();
      }
    }
  }

  private boolean isWelcome(long nowNanos) {
    return server.isAvailable(nowNanos) && !server.isRetired() && !all.isOverfull(server);
  }

  /// Gives the socket away, for whom it is to be registered anew; null if the server has closed it
  /// or has moved.
  SocketChannel take() {
    var taken = socket;
    boolean good = !Sockets.hasEnded(socket) && TcpSockets.isConnectedTo(socket, server.address());
    if (good) {
      socket = null;
    }
    drop();
    openSoon();
    return good ? taken : null;
  }

  // ---- end ------------------------------------------------------------------------------------

  /// Closes it and makes the place empty, with no time set.
  void drop() {
    all.loop().deadlines().cancel(this);
    if (state == State.READY) {
      all.onReadyNoMore(this);
    }
    if (state != State.EMPTY) {
      all.leave(server);
      state = State.EMPTY;
    }
    if (socket != null) {
      TcpSockets.closeQuietly(socket);
      socket = null;
    }
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("idle connection to {}: {}", server, defect.toString(), defect);
    drop();
    openLater();
  }
}
