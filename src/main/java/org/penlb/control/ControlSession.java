package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;
import org.penlb.loop.Deadline;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Ready;
import org.penlb.tcp.TcpSockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client of the control listener: a line, a reply, the end.
///
///     READING -> EXECUTING -> REPLYING -> LEAVING -> CLOSED
///         \_ bad, late _______/
///
/// Owned by: loop, but for [#execute], which is the commands thread's.
final class ControlSession extends Deadline implements Ready {
  private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);

  private static final long SECOND = 1_000_000_000;

  /// From the connection to the end of the line.
  static final long LINE_NANOS = 10 * SECOND;

  /// How long a client may take nothing of its reply.
  static final long STALL_NANOS = 10 * SECOND;

  /// What a client sends behind its line is read and forgotten, so long and so much: to close with
  /// bytes unread would be a reset, which may overtake the reply (RFC 9293 section 3.6.1, RFC 1122
  /// section 4.2.2.13).
  static final long LEAVE_NANOS = SECOND;

  static final int LEAVE_BYTES = 1024 * 1024;

  /// What the kernel holds of a reply. It would take megabytes, and who reads those slowly but
  /// steadily would look for a long time like one who does not read.
  private static final int SEND_BUFFER = 64 * 1024;

  /// In the order in which sessions are given up for a newcomer.
  private enum State {
    LEAVING(0),
    /// Somebody who is about to send his line needs a moment, even when 32 come at once.
    READING(SECOND / 10),
    REPLYING(STALL_NANOS),
    EXECUTING(Long.MAX_VALUE),
    CLOSED(Long.MAX_VALUE);

    /// How long a session is let be in this state when others wait.
    final long patienceNanos;

    State(long patienceNanos) {
      this.patienceNanos = patienceNanos;
    }
  }

  private final ControlSessions sessions;
  private final EventLoop loop;
  private final SocketChannel channel;
  private final ClientAddress client;
  private final ControlLine line = new ControlLine();
  private SelectionKey key;
  private State state;
  private long stateSinceNanos;
  private ByteBuffer reply;
  private int forgotten;

  private ControlSession(ControlSessions sessions, SocketChannel channel, ClientAddress client) {
    this.sessions = sessions;
    this.loop = sessions.loop();
    this.channel = channel;
    this.client = client;
  }

  /// @param channel does not block
  static ControlSession open(ControlSessions sessions, SocketChannel channel, ClientAddress client)
      throws IOException {
    channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
    var session = new ControlSession(sessions, channel, client);
    session.key = session.loop.register(channel, SelectionKey.OP_READ, session);
    session.enter(State.READING);
    session.loop.deadlines().set(session, session.loop.nowNanos() + LINE_NANOS);
    return session;
  }

  private void enter(State next) {
    state = next;
    stateSinceNanos = loop.nowNanos();
  }

  @Override
  public void onReady(int readyOps) {
    try {
      switch (state) {
        case READING -> read();
        case REPLYING -> write();
        case LEAVING -> forget();
        case EXECUTING, CLOSED -> {}
      }
    } catch (IOException e) { // reset: nobody is there to be told
      LOG.debug("control client {}: {}", client, e.getMessage());
      close();
    }
  }

  // ---- the line -------------------------------------------------------------------------------

  private void read() throws IOException {
    var chunk = loop.buffers().scratch(ControlLine.MAX_BYTES + 1);
    int count = channel.read(chunk);
    if (count < 0 && line.isEmpty()) { // somebody who only wanted to see who listens
      close();
    } else if (line.add(chunk.flip()) || count < 0) {
      onLine();
    }
  }

  private void onLine() {
    try {
      var text = line.text();
      LOG.debug("control client {}: {}", client, text);
      key.interestOps(0);
      loop.deadlines().cancel(this);
      enter(State.EXECUTING);
      sessions.commands().execute(() -> execute(text));
    } catch (BadSettingException e) {
      fail(e.getMessage());
    } catch (RejectedExecutionException e) {
      fail("pen is ending");
    }
  }

  /// On the commands thread. The client keeps its place until the reply is there, even if it has
  /// gone: so there are never more commands than places.
  private void execute(String text) {
    byte[] bytes;
    try {
      var words = sessions.interpreter().reply(text, sessions.origin());
      bytes = Objects.requireNonNull(words, "no reply").getBytes(UTF_8);
    } catch (RuntimeException | Error e) {
      LOG.error("control command '{}' of {}: {}", text, client, e.toString(), e);
      bytes = error("internal error, see the log");
    }
    try {
      var whole = ByteBuffer.wrap(bytes);
      loop.execute(() -> onReply(whole));
    } catch (RejectedExecutionException e) {
      LOG.debug("control client {}: {}", client, e.getMessage());
    }
  }

  /// Without asking for his line, but not without a reason. What he has sent already is forgotten
  /// before the end, or the reset would take the reason with it.
  void refuse(String reason) {
    fail(reason);
  }

  // ---- the reply ------------------------------------------------------------------------------

  private static byte[] error(String message) {
    return (Commands.ERROR + message + "\n").getBytes(UTF_8);
  }

  private void fail(String message) {
    onReply(ByteBuffer.wrap(error(message)));
  }

  private void onReply(ByteBuffer whole) {
    if (state == State.CLOSED) {
      return;
    }
    enter(State.REPLYING);
    loop.deadlines().set(this, loop.nowNanos() + STALL_NANOS);
    reply = whole;
    onReady(SelectionKey.OP_WRITE);
    sessions.onProgress();
  }

  private void write() throws IOException {
    while (reply.hasRemaining()) {
      // The JDK would copy a buffer in the heap as a whole, for every write, into one of its own.
      var chunk = loop.buffers().scratch(reply.remaining());
      chunk.put(0, reply, reply.position(), chunk.remaining());
      int count = channel.write(chunk);
      if (count == 0) {
        key.interestOps(SelectionKey.OP_WRITE);
        return;
      }
      reply.position(reply.position() + count);
      loop.deadlines().set(this, loop.nowNanos() + STALL_NANOS);
    }
    leave();
  }

  private void leave() throws IOException {
    reply = null;
    channel.shutdownOutput();
    enter(State.LEAVING);
    loop.deadlines().set(this, loop.nowNanos() + LEAVE_NANOS);
    key.interestOps(SelectionKey.OP_READ);
    sessions.onProgress();
  }

  private void forget() throws IOException {
    int count = channel.read(loop.buffers().scratch(LEAVE_BYTES));
    forgotten += count;
    if (count < 0 || forgotten >= LEAVE_BYTES) {
      close();
    }
  }

  @Override
  protected void onDeadline(long nowNanos) {
    switch (state) {
      case READING -> fail("no whole line within " + LINE_NANOS / SECOND + " s");
      case REPLYING -> abort("takes nothing of its reply");
      default -> close();
    }
  }

  // ---- room for others ------------------------------------------------------------------------

  void readWhatIsThere() {
    if (state == State.READING) {
      onReady(SelectionKey.OP_READ);
    }
  }

  /// [Long#MAX_VALUE] as long as its command is being executed.
  long nanosUntilDispensable() {
    return state.patienceNanos == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : stateSinceNanos + state.patienceNanos - loop.nowNanos();
  }

  /// Of two that are dispensable: the one in the earlier state, then the one that is in it longer.
  boolean isLessDeservingThan(ControlSession other) {
    int byState = state.compareTo(other.state);
    return byState == 0 ? stateSinceNanos - other.stateSinceNanos < 0 : byState < 0;
  }

  /// Makes room for somebody else.
  void giveWay() {
    endWith("too many clients, and others wait");
  }

  /// pen ends.
  void end() {
    endWith("pen is ending");
  }

  private void endWith(String reason) {
    switch (state) {
      case READING, EXECUTING -> {
        try {
          say(channel, reason);
        } catch (IOException e) {
          LOG.debug("control client {}: {}", client, e.getMessage());
        }
        close();
      }
      case REPLYING -> abort(reason);
      default -> close();
    }
  }

  /// An error in one line to a socket to which nothing was written yet, so that it has room; if
  /// not, it is not worth a wait.
  static void say(SocketChannel channel, String message) throws IOException {
    channel.write(ByteBuffer.wrap(error(message)));
  }

  // ---- end ------------------------------------------------------------------------------------

  /// By a reset: half a reply must not look like a whole one.
  private void abort(String why) {
    LOG.debug("control client {}: {}", client, why);
    TcpSockets.resetOnClose(channel);
    close();
  }

  private void close() {
    if (state == State.CLOSED) {
      return;
    }
    enter(State.CLOSED);
    reply = null;
    loop.deadlines().cancel(this);
    closeQuietly(channel);
    sessions.onClosed(this);
  }

  static void closeQuietly(Channel channel) {
    TcpSockets.closeQuietly(channel);
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("control client {}: {}", client, defect.toString(), defect);
    close();
  }
}
