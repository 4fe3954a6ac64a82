package org.penlb.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  private final BufferPool pool = new BufferPool();

  @Test
  void readsAreLarge() {
    assertThat(pool.scratch(Integer.MAX_VALUE).remaining()).isEqualTo(BufferPool.LARGE);
    assertThat(pool.scratch(100).remaining()).isEqualTo(100);
    assertThat(pool.scratch(100).isDirect()).isTrue();
  }

  @Test
  void scratchIsEmptyEachTime() {
    pool.scratch(100).put(new byte[60]);
    assertThat(pool.scratch(BufferPool.LARGE).position()).isZero();
    pool.rewritten().put(new byte[60]);
    assertThat(pool.rewritten().remaining()).isEqualTo(BufferPool.LARGE);
    assertThat(pool.rewritten()).isNotSameAs(pool.scratch(1));
  }

  @Test
  void readsGetSmallWhenPlentyIsOutAndLargeAgainAfterwards() {
    var out = new ArrayList<ByteBuffer>();
    while (pool.bytesOut() < BufferPool.PLENTY) {
      assertThat(pool.scratch(Integer.MAX_VALUE).remaining()).isEqualTo(BufferPool.LARGE);
      out.add(pool.keep(ByteBuffer.allocate(BufferPool.LARGE)));
    }
    assertThat(out).hasSize((int) (BufferPool.PLENTY / BufferPool.LARGE));
    assertThat(pool.scratch(Integer.MAX_VALUE).remaining()).isEqualTo(BufferPool.SMALL);
    assertThat(pool.scratch(100).remaining()).isEqualTo(100);
    pool.release(out.removeLast());
    assertThat(pool.scratch(Integer.MAX_VALUE).remaining()).isEqualTo(BufferPool.LARGE);
    out.forEach(pool::release);
    assertThat(pool.bytesOut()).isZero();
  }

  @Test
  void keepsTheRestOnly() {
    var read = pool.scratch(10).put("0123456789".getBytes(US_ASCII));
    read.flip().position(4);
    var kept = pool.keep(read);
    assertThat(read.hasRemaining()).as("taken").isFalse();
    pool.scratch(10).put(new byte[10]);
    assertThat(US_ASCII.decode(kept).toString()).isEqualTo("456789");
    pool.release(kept);
  }

  /// Buffers are used again: none may show, or lose, bytes of another.
  @Property(tries = 100)
  void everyBufferKeepsItsOwnBytes(
      @ForAll @Size(max = 80) List<@IntRange(max = 40_000) Integer> sizes, @ForAll long seed) {
    var random = new Random(seed);
    var kept = new ArrayList<ByteBuffer>();
    var originals = new ArrayList<byte[]>();
    try (var own = new BufferPool()) {
      for (int size : sizes) {
        var bytes = new byte[size];
        random.nextBytes(bytes);
        originals.add(bytes);
        kept.add(own.keep(ByteBuffer.wrap(bytes)));
        assertThat(own.bytesOut()).isEqualTo(capacities(kept));
        if (random.nextInt(3) == 0) {
          int any = random.nextInt(kept.size());
          own.release(kept.remove(any));
          originals.remove(any);
        }
      }
      for (int i = 0; i < kept.size(); i++) {
        assertThat(kept.get(i)).isEqualTo(ByteBuffer.wrap(originals.get(i)));
        own.release(kept.get(i));
      }
      assertThat(own.bytesOut()).isZero();
    }
  }

  private static long capacities(List<ByteBuffer> buffers) {
    return buffers.stream().mapToLong(ByteBuffer::capacity).sum();
  }

  @Test
  void smallBuffersAreUsedAgain() {
    var first = pool.keep(ByteBuffer.allocate(1));
    assertThat(first.capacity()).isEqualTo(BufferPool.SMALL);
    pool.release(first);
    assertThat(pool.keep(ByteBuffer.allocate(BufferPool.SMALL))).isSameAs(first);
  }

  @Test
  void largerBuffersAreFreedAtOnce() {
    var large = pool.keep(ByteBuffer.allocate(BufferPool.SMALL + 1));
    assertThat(large.capacity()).isEqualTo(BufferPool.SMALL + 1);
    pool.release(large);
    assertThatThrownBy(() -> large.get(0)).isInstanceOf(IllegalStateException.class);
  }
}
