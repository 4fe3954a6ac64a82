package org.penlb.tcp;

import java.nio.ByteBuffer;
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
  private static final int LINE = 32;

  @Override
  public ByteBuffer pass(ByteBuffer in, ByteBuffer out) {
    for (int at = in.position(); at < in.limit(); at += LINE) {
      LOG.trace("{}: {}", label, line(in, at, Math.min(at + LINE, in.limit())));
    }
    return next == null ? in : next.pass(in, out);
  }

  private String line(ByteBuffer in, int from, int to) {
    var text = new StringBuilder(3 * LINE);
    for (int i = from; i < to; i++) {
      int octet = in.get(i) & 0xff;
      if (ascii) {
        text.append(octet >= ' ' && octet <= '~' ? (char) octet : '.');
      } else {
        text.append(i == from ? "" : " ").append(Character.forDigit(octet >> 4, 16));
        text.append(Character.forDigit(octet & 15, 16));
      }
    }
    return text.toString();
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
