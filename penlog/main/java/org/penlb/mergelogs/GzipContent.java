package org.penlb.mergelogs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/// What gzip data contain: members, one behind the other, as in compressed files that were joined.
///
/// The JDK's GZIPInputStream is silent about what follows a member and is no header, and about a
/// member that a pipe does not have yet. Here nothing is lost unsaid; zeros that fill a block are
/// no loss.
///
/// Owned by: the main thread.
final class GzipContent extends InputStream {
  static final int FIRST = 0x1f;
  static final int SECOND = 0x8b;

  private static final int CHUNK = 16 * 1024;
  private static final int DEFLATED = 8;
  private static final int HEADER_SUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  /// The time, the strength and the system.
  private static final int PASSED_OVER = 6;

  private final InputStream in;
  private final byte[] buffer = new byte[CHUNK];
  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private int next;
  private int limit;
  private boolean inMember;
  private boolean ended;

  GzipContent(InputStream in) throws IOException {
    this.in = in;
    if (byteOrEnd() != FIRST) {
      throw new ZipException("no gzip data");
    }
    begin();
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (!ended) {
      if (inMember) {
        int some = inflate(bytes, offset, length);
        if (some > 0 || length == 0) {
          return some;
        }
        end();
      } else {
        goOn();
      }
    }
    return -1;
  }

  /// @return how many bytes; 0 at the end of the member
  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    try {
      while (true) {
        int some = inflater.inflate(bytes, offset, length);
        if (some > 0 || length == 0) {
          sum.update(bytes, offset, some);
          return some;
        }
        if (inflater.finished()) {
          next = limit - inflater.getRemaining();
          return 0;
        }
        if (!inflater.needsInput()) {
          throw new ZipException("gzip data that need a dictionary");
        }
        if (!fill()) {
          throw new EOFException();
        }
        inflater.setInput(buffer, 0, limit);
      }
    } catch (DataFormatException e) {
      throw new ZipException("damaged gzip data: " + e.getMessage());
    }
  }

  private void end() throws IOException {
    if (number() != sum.getValue() || number() != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw new ZipException("damaged gzip data: wrong sum or length");
    }
    inMember = false;
  }

  private void goOn() throws IOException {
    int first = byteOrEnd();
    if (first == FIRST) {
      begin();
      return;
    }
    while (first == 0) {
      first = byteOrEnd();
    }
    if (first >= 0) {
      throw new ZipException("what follows the gzip data is not gzip");
    }
    inflater.end();
    ended = true;
  }

  /// Reads a header, behind its first byte.
  private void begin() throws IOException {
    if (byteHere() != SECOND) {
      throw new ZipException("what follows the gzip data is not gzip");
    }
    if (byteHere() != DEFLATED) {
      throw new ZipException("gzip data of an unknown method");
    }
    int flags = byteHere();
    skip(PASSED_OVER);
    if ((flags & EXTRA) != 0) {
      skip(byteHere() | byteHere() << Byte.SIZE);
    }
    skipText((flags & NAME) != 0);
    skipText((flags & COMMENT) != 0);
    skip((flags & HEADER_SUM) != 0 ? Short.BYTES : 0);
    inflater.reset();
    inflater.setInput(buffer, next, limit - next);
    sum.reset();
    inMember = true;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      byteHere();
    }
  }

  private void skipText(boolean there) throws IOException {
    while (there && byteHere() != 0) {
      // The text is of no use.
    }
  }

  private long number() throws IOException {
    long number = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      number |= (long) byteHere() << shift;
    }
    return number;
  }

  private int byteHere() throws IOException {
    int b = byteOrEnd();
    if (b < 0) {
      throw new EOFException();
    }
    return b;
  }

  private int byteOrEnd() throws IOException {
    return next < limit || fill() ? Byte.toUnsignedInt(buffer[next++]) : -1;
  }

  private boolean fill() throws IOException {
    limit = Math.max(in.read(buffer, 0, buffer.length), 0);
    next = 0;
    return limit > 0;
  }
}
