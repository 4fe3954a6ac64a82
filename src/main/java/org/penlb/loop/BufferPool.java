package org.penlb.loop;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;

/// Memory of one loop for bytes in transit: one large buffer to read into, and buffers for what a
/// slow receiver has not taken yet.
///
/// Owned by: loop. Outside the heap, as the kernel reads and writes there; freed at once when given
/// back, except for a few small ones that are kept.
///
/// The bound: a connection holds at most one buffer for each direction. It may be as large as one
/// read, but once [#PLENTY] bytes are out reads become [#SMALL], so that many slow receivers cost
/// little more than that each.
public final class BufferPool implements AutoCloseable {
  /// One read of this size beat 64 KiB and 16 KiB in throughput, and all proxies that were tried.
  public static final int LARGE = 256 * 1024;

  static final int SMALL = 16 * 1024;
  static final long PLENTY = 16L * 1024 * 1024;
  private static final int KEPT = 64;

  private final ByteBuffer scratch = ByteBuffer.allocateDirect(LARGE);
  private final ByteBuffer rewritten = ByteBuffer.allocateDirect(LARGE);
  private final ArrayDeque<ByteBuffer> small = new ArrayDeque<>();
  private final IdentityHashMap<ByteBuffer, Arena> arenas = new IdentityHashMap<>();
  private long bytesOut;

  /// The buffer to read into, empty; valid until the next call.
  ///
  /// @param most bytes that the caller can make use of
  public ByteBuffer scratch(int most) {
    int room = bytesOut < PLENTY ? LARGE : SMALL;
    return scratch.clear().limit(Math.min(most, room));
  }

  /// A second one, for bytes that are changed on their way.
  public ByteBuffer rewritten() {
    return rewritten.clear();
  }

  /// A buffer with the remaining bytes of `rest`, ready to be read.
  public ByteBuffer keep(ByteBuffer rest) {
    var buffer = rest.remaining() <= SMALL ? takeSmall() : allocate(rest.remaining());
    bytesOut += buffer.capacity();
    return buffer.clear().put(rest).flip();
  }

  private ByteBuffer takeSmall() {
    var kept = small.pollLast();
    return kept != null ? kept : allocate(SMALL);
  }

  private ByteBuffer allocate(int size) {
    var arena = Arena.ofConfined();
    var buffer = arena.allocate(size).asByteBuffer();
    arenas.put(buffer, arena);
    return buffer;
  }

  /// Takes back what [#keep] gave.
  public void release(ByteBuffer buffer) {
    bytesOut -= buffer.capacity();
    if (buffer.capacity() == SMALL && small.size() < KEPT) {
      small.addLast(buffer);
    } else {
      free(buffer);
    }
  }

  private void free(ByteBuffer buffer) {
    arenas.remove(buffer).close();
  }

  /// Bytes of the buffers that are out.
  public long bytesOut() {
    return bytesOut;
  }

  @Override
  public void close() {
    small.forEach(this::free);
    small.clear();
  }
}
