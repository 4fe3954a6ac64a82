package org.penlb.tcp;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
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

  /// How long a retired listener waits for connects that have begun: a client answers within a
  /// round trip, and whoever was ignored tries again after a second, when it is gone.
  private static final long RETIREMENT_NANOS = 500_000_000;

  private final ServerSocketChannel socket;
  private final EventLoop loop;
  private List<ConnectionTable> tables;
  private ConnectionTable own;
  private Admission admission;
  private SelectionKey key;
  private int backlog;
  private boolean paused;
  private boolean retired;
  private long retiredNanos;
  private int nextTable;

  /// @param tables whose loops carry the connections; the first one's loop accepts them
  public TcpListener(ServerSocketChannel socket, List<ConnectionTable> tables) {
    this.socket = socket;
    this.tables = List.copyOf(tables);
    this.own = tables.getFirst();
    this.loop = own.loop();
    this.admission = own.admission();
    this.backlog = own.service().settings().backlog();
  }

  /// The loop that accepts.
  public EventLoop loop() {
    return loop;
  }

  // ---- open -----------------------------------------------------------------------------------

  /// Begins to accept. From any thread, before the loop runs or while it does.
  ///
  /// @throws IOException if the loop cannot take the socket
  public void open() throws IOException {
    ask(this::register);
  }

  /// Goes on for another service, or begins; as [#open].
  ///
  /// @param others on the same loops
  public void open(List<ConnectionTable> others) throws IOException {
    ask(
        () -> {
          serve(others);
          return null;
        });
  }

  private <T> void ask(Callable<T> question) throws IOException {
    try {
      loop.askAndWait(question);
    } catch (IOException e) {
      throw new IOException("cannot accept clients: " + e.getMessage(), e);
    }
  }

  private Void register() throws IOException {
    socket.configureBlocking(false);
    key = loop.register(socket, SelectionKey.OP_ACCEPT, this);
    admission.add(this);
    return null;
  }

  private void serve(List<ConnectionTable> others) {
    resume(); // what it waits for is the old service's
    admission.remove(this);
    tables = List.copyOf(others);
    own = tables.getFirst();
    nextTable = 0;
    admission = own.admission();
    admission.add(this);
    update();
  }

  /// Whether it only waits for its end; as seen from its own loop.
  boolean isRetired() {
    return retired;
  }

  private boolean isOpen() {
    return key != null && key.isValid();
  }

  // ---- accept ---------------------------------------------------------------------------------

  @Override
  public void onReady(int readyOps) {
    int most = own.service().settings().acceptsPerEvent();
    for (int i = 0; i < most && !paused; i++) {
      if (!enter()) {
        admission.onFull(loop.nowNanos());
        pauseUntilRoom();
      } else if (!acceptOne()) {
        return;
      }
    }
  }

  /// A retired listener's clients have nowhere else to wait: as many as its backlog holds are taken
  /// beyond the limits.
  private boolean enter() {
    if (retired) {
      admission.enter();
      return true;
    }
    return admission.tryEnter();
  }

  /// Has a place in the admission; gives it back if there is nobody.
  private boolean acceptOne() {
    SocketChannel client;
    try {
      client = loop.sockets().accept(socket);
    } catch (IOException e) {
      admission.leaveForShortage();
      admission.onShortage("cannot accept", e, loop.nowNanos());
      return false;
    }
    if (client == null) {
      admission.leaveUnused();
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
      admission.leaveUnused();
    }
  }

  // ---- pause ----------------------------------------------------------------------------------

  private void pauseUntilRoom() {
    pause();
    // Somebody who leaves wakes us, unless others go first: then nobody may be left to do so.
    loop.deadlines().set(this, loop.nowNanos() + FULL_PAUSE_NANOS);
    if (admission.tryEnter()) { // somebody left before our pause could be seen
      admission.leaveUnused();
      resume();
    }
  }

  private void pauseForMoment() {
    if (!isOpen()) {
      return;
    }
    pause();
    // Never moved back: others in trouble must not keep this one from trying.
    loop.deadlines().setNoLaterThan(this, loop.nowNanos() + SHORTAGE_PAUSE_NANOS);
  }

  private void pause() {
    if (!paused) {
      paused = true;
      admission.onPaused();
      key.interestOps(0);
    }
  }

  private void resume() {
    if (!isOpen()) {
      return;
    }
    loop.deadlines().cancel(this);
    if (paused) {
      paused = false;
      admission.onResumed();
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
    if (retired) {
      loop.deadlines().set(this, retiredNanos + RETIREMENT_NANOS);
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

  /// From any thread: settings have changed.
  void requestUpdate() {
    request(this::update);
  }

  private void update() {
    resume();
    int wanted = own.service().settings().backlog();
    if (wanted != backlog && isOpen() && Sockets.backlog(socket, wanted)) {
      backlog = wanted;
    }
  }

  private void request(Runnable task) {
    if (loop.isLoopThread()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("service {}: listener: {}", own.service().name(), e.getMessage());
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    if (retired && nowNanos - retiredNanos >= RETIREMENT_NANOS) {
      close();
    } else if (admission.othersGoFirst()) {
      pauseForMoment();
    } else {
      resume();
    }
  }

  // ---- end ------------------------------------------------------------------------------------

  /// Has listeners leave new clients to others that listen on an overlapping address, without any
  /// being dropped or refused; they close when those who have begun to connect are accepted.
  /// Whoever comes to an address that nobody listens on any more is refused at once.
  ///
  /// From any thread, but not while others close them.
  ///
  /// @param listeners all of one address, at once
  public static void retire(Collection<TcpListener> listeners) {
    Sockets.leaveConnectsToOthers(listeners.stream().map(listener -> listener.socket).toList());
    for (var listener : listeners) {
      var _ = listener.loop.ask(listener::retire);
    }
  }

  private Void retire() {
    if (key == null) { // nobody has been accepted yet
      TcpSockets.closeQuietly(socket);
    } else if (isOpen() && !retired) {
      retired = true;
      retiredNanos = loop.nowNanos();
      resume();
    }
    return null;
  }

  /// Takes the clients that are already waiting in the backlog, then stops accepting.
  public void close() {
    if (!isOpen()) {
      return;
    }
    loop.deadlines().cancel(this);
    admission.remove(this);
    if (paused) {
      admission.onResumed();
    }
    retired = true;
    try {
      // Nobody may come between the last accept and the close: the kernel would reset him. Who
      // tries to is another listener's when he tries again, after a second.
      loop.deregister(key);
      Sockets.ignoreConnects(socket);
      int left = backlog + 1; // where connects cannot be ignored they might never end
      while (left-- > 0 && enter() && acceptOne()) {}
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
