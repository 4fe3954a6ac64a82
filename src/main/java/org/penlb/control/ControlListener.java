package org.penlb.control;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Endpoint;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ListeningSockets;
import org.penlb.tcp.UnixSocketFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where penctl connects: takes command lines and sends the replies back.
///
/// Owned by: the thread that opens it; what happens in between is that of an event loop of its own.
public final class ControlListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlListener.class);

  /// How long the end waits for a command that is being executed, and its reply.
  private static final long END_PATIENCE_SECONDS = 2;

  private final ServerSocketChannel socket;
  private final SocketAddress address;
  private final UnixSocketFile file;
  private final EventLoop loop;
  private final ThreadPoolExecutor commands =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(ControlSessions.CLIENTS_MAX),
          Thread.ofPlatform().name("commands").daemon(true).factory());
  private ControlSessions sessions;
  private boolean closed;

  /// Takes the socket over.
  private ControlListener(Endpoint endpoint, ServerSocketChannel socket, Clock clock)
      throws IOException {
    this.socket = socket;
    this.file = endpoint.isUnix() ? UnixSocketFile.of(endpoint.path()) : null;
    this.address =
        endpoint.isUnix() ? UnixDomainSocketAddress.of(endpoint.path()) : socket.getLocalAddress();
    this.loop = new EventLoop("control", clock);
  }

  /// Opens (binds) but serves nobody yet, so that privileged ports can be opened before privileges
  /// go. A bare port is one on 127.0.0.1.
  ///
  /// @throws IOException with a message for the administrator: what is in the way, for example
  public static ControlListener open(Endpoint endpoint) throws IOException {
    return open(endpoint, false, Clock.SYSTEM);
  }

  /// As [#open], but in the place of the Unix socket of a pen that runs, which is out of reach for
  /// new clients from then on.
  public static ControlListener takeOver(Endpoint endpoint) throws IOException {
    return open(endpoint, true, Clock.SYSTEM);
  }

  static ControlListener open(Endpoint endpoint, Clock clock) throws IOException {
    return open(endpoint, false, clock);
  }

  private static ControlListener open(Endpoint endpoint, boolean takeover, Clock clock)
      throws IOException {
    var local = ControlSocket.local(endpoint);
    var socket = ControlSocket.open(local, takeover);
    try {
      return new ControlListener(local, socket, clock);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// With the kernel's port where 0 was asked for.
  public SocketAddress address() {
    return address;
  }

  public String addressText() {
    return ListeningSockets.text(address);
  }

  /// Serves from now on; once only.
  ///
  /// @param permits is asked about each TCP client before anything is read from it; those on a Unix
  ///   socket have been let in by its permissions
  public void start(Interpreter interpreter, Predicate<ClientAddress> permits) throws IOException {
    var origin = file == null ? Origin.TCP : Origin.UNIX;
    sessions = new ControlSessions(loop, socket, origin, commands, interpreter, permits);
    sessions.open();
    commands.prestartAllCoreThreads(); // later there may be no room for a thread
    loop.start();
  }

  /// Ends; a command that is being executed has a moment to finish, and its client to be told.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = false;
    if (sessions != null) {
      request(sessions::stopAccepting);
      commands.shutdown();
      interrupted = awaitCommands();
      request(sessions::closeAll);
    }
    try {
      interrupted |= closeLoop();
      socket.close();
    } catch (IOException e) {
      LOG.warn("cannot close the control listener: {}", e.getMessage());
    }
    if (file != null) {
      file.remove();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void request(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("control listener: {}", e.getMessage());
    }
  }

  /// Returns whether it was interrupted meanwhile.
  private boolean awaitCommands() {
    try {
      if (!commands.awaitTermination(END_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.info("a control command is still being executed and is not waited for");
      }
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /// Returns whether it was interrupted meanwhile.
  private boolean closeLoop() throws IOException {
    try {
      loop.close();
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
