package org.penlb.log;

import java.nio.ByteBuffer;
import org.slf4j.Logger;

/// `-ddd`: shows what is sent, in hexadecimal or ASCII.
public final class Dump {
  private static final int LINE = 32;

  private Dump() {}

  /// Traces the remaining bytes, which stay where they are.
  ///
  /// @param label who sends them
  public static void trace(Logger log, String label, ByteBuffer bytes, boolean ascii) {
    for (int at = bytes.position(); at < bytes.limit(); at += LINE) {
      log.trace("{}: {}", label, line(bytes, at, Math.min(at + LINE, bytes.limit()), ascii));
    }
  }

  private static String line(ByteBuffer bytes, int from, int to, boolean ascii) {
    var text = new StringBuilder(3 * LINE);
    for (int i = from; i < to; i++) {
      int octet = bytes.get(i) & 0xff;
      if (ascii) {
        text.append(octet >= ' ' && octet <= '~' ? (char) octet : '.');
      } else {
        text.append(i == from ? "" : " ").append(Character.forDigit(octet >> 4, 16));
        text.append(Character.forDigit(octet & 15, 16));
      }
    }
    return text.toString();
  }
}
