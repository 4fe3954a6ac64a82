package org.penlb.tcp;

import java.nio.ByteBuffer;
import org.penlb.log.Dump;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `-ddd`: shows what one side sends, in hexadecimal or ASCII, and passes it on.
///
/// Owned by: loop.
///
/// @param next what else is done with the bytes; null for nothing
/// @param label connection and side
final record DumpTap(Tap next, String label, boolean ascii) implements Tap {
  private static final Logger LOG = LoggerFactory.getLogger(DumpTap.class);

  @Override
  public ByteBuffer pass(ByteBuffer in, ByteBuffer out) {
    Dump.trace(LOG, label, in, ascii);
    return next == null ? in : next.pass(in, out);
  }

  @Override
  public ByteBuffer end(ByteBuffer out) {
    LOG.trace("{}: end", label);
    return next == null ? out.flip() : next.end(out);
  }

  @Override
  public boolean isOver() {
    return next != null && next.isOver();
  }
}
