package org.penlb.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.penlb.loop.BufferPool;
import org.penlb.loop.Ready;

/// One side of a connection and the direction that begins there: what this side's socket sends, the
/// opposite side's socket is to receive.
///
/// Owned by: loop. Bytes go through the loop's own buffer from socket to socket; only what the sink
/// does not take at once is kept, in a buffer from the pool, and then nothing more is read.
final class Flow implements Ready {
  /// Bytes before others get their turn: one large read, or several small ones. A second large one
  /// finds little; what arrives until the next event makes that one larger and cheaper for a byte.
  private static final int BYTES_PER_EVENT = BufferPool.LARGE;

  private final Connection connection;
  private final SocketChannel source;
  private SelectionKey key;
  private int interest;
  private Flow opposite;

  /// Looks at, and may change, the bytes on their way; null in the common case.
  private Tap tap;

  private ByteBuffer pending;
  private long bytes;
  private long reported;

  /// The source has sent all it will: end of file, or a reset.
  private boolean ended;

  /// The end has been passed on, or the sink takes no more: nothing is left to do here.
  private boolean finished;

  private boolean passedEnd;

  Flow(Connection connection, SocketChannel source) {
    this.connection = connection;
    this.source = source;
  }

  void connectTo(Flow other) {
    opposite = other;
    other.opposite = this;
  }

  Tap tap() {
    return tap;
  }

  void tap(Tap newTap) {
    tap = newTap;
  }

  SocketChannel source() {
    return source;
  }

  private SocketChannel sink() {
    return opposite.source;
  }

  /// Bytes read from the source so far.
  long bytes() {
    return bytes;
  }

  /// Bytes read since the last call.
  long takeUnreported() {
    long unreported = bytes - reported;
    reported = bytes;
    return unreported;
  }

  /// Bytes that wait for the sink.
  int waiting() {
    return pending == null ? 0 : pending.remaining();
  }

  boolean isFinished() {
    return finished;
  }

  boolean hasEnded() {
    return ended;
  }

  /// Whether the sink was told of the end.
  boolean hasPassedEnd() {
    return passedEnd;
  }

  // ---- readiness ------------------------------------------------------------------------------

  void register(int newInterest) throws IOException {
    interest = newInterest;
    key = connection.loop().register(source, newInterest, this);
  }

  /// Derived from the two flows.
  void updateInterest() {
    int wanted = wantsToRead() ? SelectionKey.OP_READ : 0;
    if (opposite.pending != null) {
      wanted |= SelectionKey.OP_WRITE;
    }
    updateInterest(wanted);
  }

  /// The only place where a key's interest changes.
  void updateInterest(int wanted) {
    if (wanted != interest) {
      interest = wanted;
      key.interestOps(wanted);
    }
  }

  private boolean wantsToRead() {
    return !ended && !finished && pending == null;
  }

  /// Whether a reset of this side would go unseen: the selector forgets a socket that nothing is
  /// wanted of.
  boolean isDeaf() {
    return interest == 0;
  }

  @Override
  public void onReady(int readyOps) {
    connection.onReady(this, readyOps);
  }

  @Override
  public void onDefect(Throwable defect) {
    connection.onDefect(defect);
  }

  // ---- bytes ----------------------------------------------------------------------------------

  /// Moves what can be moved now from the source to the sink.
  void pump() {
    if (pending != null && !flush()) {
      return;
    }
    long before = bytes;
    boolean more = true;
    while (more && wantsToRead() && bytes - before < BYTES_PER_EVENT) {
      more = readOnce();
    }
    if (tap != null && tap.isOver() && pending == null) {
      passEnd();
    }
    if (ended && pending == null && !finished) {
      finish();
    }
  }

  /// Returns whether another read is worth a try.
  private boolean readOnce() {
    var buffer = connection.loop().buffers().scratch(tap == null ? BufferPool.LARGE : Tap.MOST);
    int count;
    try {
      count = source.read(buffer);
    } catch (IOException e) {
      end();
      connection.onReset(this);
      return false;
    }
    if (count <= 0) {
      if (count < 0) {
        end();
      }
      return false;
    }
    bytes += count;
    connection.onBytes();
    boolean full = !buffer.hasRemaining();
    buffer.flip();
    write(tap == null ? buffer : tap.pass(buffer, connection.loop().buffers().rewritten()));
    return full;
  }

  private void end() {
    ended = true;
    if (tap != null) {
      write(tap.end(connection.loop().buffers().rewritten()));
    }
  }

  private void write(ByteBuffer buffer) {
    if (!buffer.hasRemaining()) {
      return; // a tap has kept all of it
    }
    try {
      sink().write(buffer);
      if (buffer.hasRemaining()) {
        pending = connection.loop().buffers().keep(buffer);
      }
    } catch (IOException e) {
      onSinkRefused();
    }
  }

  /// Returns whether nothing is pending any more.
  private boolean flush() {
    try {
      if (sink().write(pending) > 0) {
        connection.onBytes();
      }
      if (!pending.hasRemaining()) {
        releasePending();
      }
    } catch (IOException e) {
      onSinkRefused();
    }
    return pending == null;
  }

  /// The sink was reset. It may have sent something before, which its own flow has yet to read.
  private void onSinkRefused() {
    abandon();
    connection.onRefused(opposite);
  }

  private void finish() {
    finished = true;
    // Where the other direction is finished too, the close that follows says it.
    if (!connection.onEnd(this) && !opposite.finished) {
      passEnd();
    }
  }

  private void passEnd() {
    if (passedEnd) {
      return;
    }
    try {
      sink().shutdownOutput();
      passedEnd = true;
    } catch (IOException e) {
      connection.onRefused(opposite);
    }
  }

  /// Gives up this direction: what is pending is dropped, nothing more is read.
  void abandon() {
    finished = true;
    releasePending();
  }

  private void releasePending() {
    if (pending != null) {
      connection.loop().buffers().release(pending);
      pending = null;
    }
  }
}
