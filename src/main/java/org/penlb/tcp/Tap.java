package org.penlb.tcp;

import java.nio.ByteBuffer;

/// The one seam between the two sides of a connection: sees the bytes of a flow and may change
/// them.
///
/// Owned by: loop.
interface Tap {
  /// Most bytes of one [#pass].
  int MOST = 16 * 1024;

  /// Takes all of `in`; what it returns, `in` itself or `out` ready to be read, goes to the sink.
  ByteBuffer pass(ByteBuffer in, ByteBuffer out);

  /// The source has ended; returns what was held back, ready to be read.
  ByteBuffer end(ByteBuffer out);

  /// Whether the sink is to be told that nothing more comes, though the source has not ended.
  default boolean isOver() {
    return false;
  }
}
