package org.penlb.tcp;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.penlb.loop.Deadline;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Ready;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections on one listening socket and opens them, or hands them to other loops in
/// turn.
///
/// Owned by: loop of the first table, but for what is named request.
public final class TcpListener extends Deadline implements Ready {
  private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);

  /// How long a listener leaves the kernel alone when the machine is out of descriptors.
  static final long SHORTAGE_PAUSE_NANOS = 100_000_000;

  /// How long a listener of a full service sleeps at most.
  private static final long FULL_PAUSE_NANOS = 1_000_000_000;

  private final ServerSocketChannel socket;
  private final List<ConnectionTable> tables;
  private final ConnectionTable own;
  private final Admission admission;
  private SelectionKey key;
  private boolean paused;
  private int nextTable;

  /// @param tables whose loops carry the connections; the first one's loop accepts them
  public TcpListener(ServerSocketChannel socket, List<ConnectionTable> tables) {
    this.socket = socket;
    this.tables = List.copyOf(tables);
    this.own = tables.getFirst();
    this.admission = own.admission();
  }

  /// The loop that accepts.
  public EventLoop loop() {
    return own.loop();
  }

  /// Begins to accept.
  public void open() throws IOException {
    socket.configureBlocking(false);
    admission.add(this);
    key = own.loop().register(socket, SelectionKey.OP_ACCEPT, this);
  }

  @Override
  public void onReady(int readyOps) {
    int most = own.service().settings().acceptsPerEvent();
    for (int i = 0; i < most && !paused; i++) {
      if (!admission.tryEnter()) {
        admission.onFull(own.loop().nowNanos());
        pauseUntilRoom();
      } else if (!acceptOne()) {
        return;
      }
    }
  }

  /// Has a place in the admission; gives it back if there is nobody.
  private boolean acceptOne() {
    SocketChannel client;
    try {
      client = socket.accept();
    } catch (IOException e) {
      admission.leaveForShortage();
      admission.onShortage("cannot accept", e, own.loop().nowNanos());
      return false;
    }
    if (client == null) {
      admission.leave(own.loop().nowNanos());
      return false;
    }
    handOver(client, tables.get(nextTable));
    nextTable = (nextTable + 1) % tables.size();
    return true;
  }

  private void handOver(SocketChannel client, ConnectionTable table) {
    if (table == own) {
      Connection.open(table, client);
      return;
    }
    try {
      table.loop().execute(() -> Connection.open(table, client));
    } catch (RejectedExecutionException e) {
      LOG.warn("service {}: a client is dropped: {}", own.service().name(), e.getMessage());
      TcpSockets.closeQuietly(client);
      admission.leave(own.loop().nowNanos());
    }
  }

  private void pauseUntilRoom() {
    pause();
    // Somebody who leaves wakes us, unless others go first: then nobody may be left to do so.
    own.loop().deadlines().set(this, own.loop().nowNanos() + FULL_PAUSE_NANOS);
    if (admission.tryEnter()) { // somebody left before our pause could be seen
      admission.leave(own.loop().nowNanos());
      resume();
    }
  }

  private void pauseForMoment() {
    pause();
    // Never moved back: others in trouble must not keep this one from trying.
    own.loop().deadlines().setNoLaterThan(this, own.loop().nowNanos() + SHORTAGE_PAUSE_NANOS);
  }

  private void pause() {
    if (!paused && key.isValid()) {
      paused = true;
      admission.onPaused();
      key.interestOps(0);
    }
  }

  private void resume() {
    own.loop().deadlines().cancel(this);
    if (paused && key.isValid()) {
      paused = false;
      admission.onResumed();
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  /// From any thread: a place has become free.
  void requestResume() {
    request(this::resume);
  }

  /// From any thread: leave the kernel alone for a moment.
  void requestPause() {
    request(this::pauseForMoment);
  }

  private void request(Runnable task) {
    if (own.loop().isLoopThread()) {
      task.run();
      return;
    }
    try {
      own.loop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("service {}: listener: {}", own.service().name(), e.getMessage());
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    if (admission.othersGoFirst()) {
      pauseForMoment();
    } else {
      resume();
    }
  }

  /// Takes the clients that are already waiting in the backlog, then stops accepting.
  public void close() {
    if (key == null || !key.isValid()) {
      return;
    }
    own.loop().deadlines().cancel(this);
    try {
      // Nobody may come between the last accept and the close: the kernel would reset him. Who
      // tries to is another listener's when he tries again, after a second.
      own.loop().deregister(key);
      Sockets.ignoreConnects(socket);
      while (!paused && admission.tryEnter() && acceptOne()) {}
      socket.close();
    } catch (IOException e) {
      LOG.warn("service {}: cannot close the listener: {}", own.service().name(), e.getMessage());
    }
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("service {}: listener: {}", own.service().name(), defect.toString(), defect);
  }
}
