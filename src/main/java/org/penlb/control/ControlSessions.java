package org.penlb.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.penlb.acl.ClientAddress;
import org.penlb.loop.Deadline;
import org.penlb.loop.Episode;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Ready;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The clients of a control listener: accepts them and holds their number down, in such a way that
/// those who say nothing cannot keep out those who have something to say.
///
/// Owned by: loop.
final class ControlSessions extends Deadline implements Ready {
  static final int CLIENTS_MAX = 32;

  private static final Logger LOG = LoggerFactory.getLogger(ControlSessions.class);

  /// The reason, as penctl would take an end without any reply for success.
  private static final String REFUSAL = "you are not permitted to control this pen (control_acl)";

  /// How long nobody is accepted when the machine is out of descriptors.
  private static final long SHORTAGE_PAUSE_NANOS = 100_000_000;

  private final EventLoop loop;
  private final ServerSocketChannel socket;
  private final Origin origin;
  private final Executor commands;
  private final Interpreter interpreter;
  private final Predicate<ClientAddress> permits;
  private final List<ControlSession> live = new ArrayList<>(CLIENTS_MAX);
  private final Episode shortage = new Episode();
  private final Episode refusal = new Episode();
  private SelectionKey key;

  /// @param commands runs one at a time, and has room for one of each client
  ControlSessions(
      EventLoop loop,
      ServerSocketChannel socket,
      Origin origin,
      Executor commands,
      Interpreter interpreter,
      Predicate<ClientAddress> permits) {
    this.loop = loop;
    this.socket = socket;
    this.origin = origin;
    this.commands = commands;
    this.interpreter = interpreter;
    this.permits = permits;
  }

  EventLoop loop() {
    return loop;
  }

  Origin origin() {
    return origin;
  }

  Executor commands() {
    return commands;
  }

  Interpreter interpreter() {
    return interpreter;
  }

  /// Begins to accept.
  void open() throws IOException {
    socket.configureBlocking(false);
    key = loop.register(socket, SelectionKey.OP_ACCEPT, this);
  }

  /// One client at a time: whether there is another one is known only after the next selection.
  @Override
  public void onReady(int readyOps) {
    if (isFull()) {
      // Who has sent a line of which nothing was read yet, as the loop was busy, deserves to stay.
      List.copyOf(live).forEach(ControlSession::readWhatIsThere);
    }
    if (isFull() && leastDeserving() == null) {
      pauseUntilRoom();
      return;
    }
    SocketChannel client;
    try {
      client = socket.accept();
    } catch (IOException e) {
      onShortage(e);
      return;
    }
    if (client != null) {
      admit(client);
    }
  }

  private void onShortage(IOException cause) {
    if (shortage.begins(loop.nowNanos())) {
      LOG.warn(
          "control listener: cannot accept: {}: clients wait until it is better",
          cause.getMessage());
    }
    pause(SHORTAGE_PAUSE_NANOS);
  }

  private void admit(SocketChannel client) {
    boolean admitted = false;
    try {
      client.configureBlocking(false);
      var remote = client.getRemoteAddress();
      var address = ClientAddress.of(remote);
      boolean permitted = !(remote instanceof InetSocketAddress) || permits.test(address);
      if (permitted) {
        makeRoom();
      } else if (isFull()) { // nobody has to go for him
        refuse(address);
        ControlSession.say(client, REFUSAL);
        return;
      }
      var session = ControlSession.open(this, client, address);
      live.add(session);
      admitted = true;
      if (!permitted) {
        refuse(address);
        session.refuse(REFUSAL);
      }
    } catch (IOException e) { // it has gone again
      LOG.debug("control listener: {}", e.toString());
    } finally {
      if (!admitted) {
        ControlSession.closeQuietly(client);
      }
    }
  }

  private void refuse(ClientAddress address) {
    if (refusal.begins(loop.nowNanos())) {
      LOG.info("control listener: {} is not permitted (control_acl)", address);
    }
  }

  // ---- room -----------------------------------------------------------------------------------

  private boolean isFull() {
    return live.size() >= CLIENTS_MAX;
  }

  private void makeRoom() {
    var leaving = isFull() ? leastDeserving() : null;
    if (leaving != null) {
      leaving.giveWay();
    }
  }

  /// Who has to go for a newcomer; null if all are to stay for now.
  private ControlSession leastDeserving() {
    ControlSession found = null;
    for (var session : live) {
      if (session.nanosUntilDispensable() <= 0
          && (found == null || session.isLessDeservingThan(found))) {
        found = session;
      }
    }
    return found;
  }

  private void pauseUntilRoom() {
    long nanos = Long.MAX_VALUE;
    for (var session : live) {
      nanos = Math.min(nanos, session.nanosUntilDispensable());
    }
    pause(nanos);
  }

  private void pause(long nanos) {
    key.interestOps(0);
    if (nanos == Long.MAX_VALUE) {
      loop.deadlines().cancel(this);
    } else {
      loop.deadlines().set(this, loop.nowNanos() + nanos);
    }
  }

  /// Accepts again, if only to see that it is still too early.
  private void resume() {
    if (key.isValid()) {
      loop.deadlines().cancel(this);
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    resume();
  }

  /// A session got on a step, so that it may be dispensable by now.
  void onProgress() {
    resume();
  }

  void onClosed(ControlSession session) {
    live.remove(session);
    resume();
  }

  // ---- end ------------------------------------------------------------------------------------

  void stopAccepting() {
    loop.deadlines().cancel(this);
    key.cancel();
    ControlSession.closeQuietly(socket);
  }

  void closeAll() {
    for (var session : List.copyOf(live)) {
      session.end();
    }
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("control listener: {}", defect.toString(), defect);
  }
}
