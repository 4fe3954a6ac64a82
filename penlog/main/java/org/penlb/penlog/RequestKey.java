package org.penlb.penlog;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/// What pen's and a web server's line of one request have in common: the server and the request in
/// pen's form.
///
/// Owned by: one thread, which fills it anew for each line; a [#copy] is not changed any more. The
/// hash has secrets of this process: clients choose their requests, and must not be able to choose
/// many that have one hash.
final class RequestKey {
  private static final long SEED = ThreadLocalRandom.current().nextLong();
  private static final long FACTOR = ThreadLocalRandom.current().nextLong() | 1;

  final byte[] text;
  int length;
  long high;
  long low;
  private int hash;

  RequestKey() {
    this(new byte[RequestText.MAX]);
  }

  private RequestKey(byte[] text) {
    this.text = text;
  }

  /// To be called when all else is set: `text`, `length`, and the server's address here.
  void of(long serverHigh, long serverLow) {
    high = serverHigh;
    low = serverLow;
    long h = mix(mix(SEED, serverHigh), serverLow);
    for (int i = 0; i < length; i++) {
      h = (h ^ text[i]) * FACTOR;
      h ^= h >>> 29;
    }
    hash = (int) (mix(h, length) >>> 32);
  }

  private static long mix(long h, long value) {
    long product = (h ^ value) * FACTOR;
    return (product ^ product >>> 32) * 0x9E37_79B9_7F4A_7C15L;
  }

  RequestKey copy() {
    var copy = new RequestKey(Arrays.copyOf(text, length));
    copy.length = length;
    copy.high = high;
    copy.low = low;
    copy.hash = hash;
    return copy;
  }

  boolean isText(byte[] bytes, int from, int to) {
    return Arrays.equals(text, 0, length, bytes, from, to);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RequestKey key
        && key.hash == hash
        && key.high == high
        && key.low == low
        && key.isText(text, 0, length);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
