package org.penlb.http;

import java.nio.ByteBuffer;

/// Skips the content of one request, of a known length or chunked (RFC 9112 section 7.1).
///
/// Owned by: loop. Data is skipped in bulk, only the lines between chunks are read.
final class Content {

  private enum State {
    SIZE_START,
    SIZE,
    EXTENSION,
    SIZE_CR,
    DATA,
    DATA_END,
    DATA_END_CR,
    TRAILER_START,
    TRAILER,
    TRAILER_CR,
    ENDED
  }

  /// A size may have one more digit than this without overflow.
  private static final long MAX_SIZE = Long.MAX_VALUE >> 4;

  private State state = State.ENDED;
  private boolean chunked;
  private long remaining;

  void start(long length) {
    chunked = false;
    remaining = length;
    state = State.DATA;
  }

  void startChunked() {
    chunked = true;
    state = State.SIZE_START;
  }

  boolean ended() {
    return state == State.ENDED;
  }

  /// Returns the index behind the bytes that belong to the content. When that is not the limit, and
  /// the content has not ended, the byte there is an error of the framing.
  int skip(ByteBuffer in, int from) {
    int limit = in.limit();
    int i = from;
    while (i < limit && state != State.ENDED) {
      if (state == State.DATA) {
        i += data(limit - i);
      } else if (framing(in.get(i))) {
        i++;
      } else {
        break;
      }
    }
    return i;
  }

  private int data(int available) {
    int skipped = (int) Math.min(available, remaining);
    remaining -= skipped;
    if (remaining == 0) {
      state = chunked ? State.DATA_END : State.ENDED;
    }
    return skipped;
  }

  private boolean framing(byte b) {
    return switch (state) {
      case SIZE_START -> sizeStart(b);
      case SIZE -> size(b);
      case EXTENSION -> b != Ascii.LF || endSize();
      case SIZE_CR -> b == Ascii.LF && endSize();
      case DATA_END -> lineEnd(b, State.DATA_END_CR, State.SIZE_START);
      case DATA_END_CR -> b == Ascii.LF && to(State.SIZE_START);
      case TRAILER_START -> lineEnd(b, State.TRAILER_CR, State.ENDED) || to(State.TRAILER);
      case TRAILER -> b != Ascii.LF || to(State.TRAILER_START);
      case TRAILER_CR -> b == Ascii.LF && to(State.ENDED);
      case DATA, ENDED -> throw new AssertionError(state);
    };
  }

  private boolean to(State next) {
    state = next;
    return true;
  }

  private boolean lineEnd(byte b, State afterCr, State afterLf) {
    return b == Ascii.CR ? to(afterCr) : b == Ascii.LF && to(afterLf);
  }

  private boolean sizeStart(byte b) {
    remaining = 0;
    return digit(b) && to(State.SIZE);
  }

  private boolean size(byte b) {
    return switch (b) {
      case Ascii.CR -> to(State.SIZE_CR);
      case Ascii.LF -> endSize();
      case ';', ' ', '\t' -> to(State.EXTENSION);
      default -> digit(b);
    };
  }

  private boolean digit(byte b) {
    int digit = Character.digit(b, 16);
    if (digit < 0 || remaining > MAX_SIZE) {
      return false;
    }
    remaining = remaining << 4 | digit;
    return true;
  }

  private boolean endSize() {
    return to(remaining == 0 ? State.TRAILER_START : State.DATA);
  }
}
