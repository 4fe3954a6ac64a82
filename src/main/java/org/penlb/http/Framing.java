package org.penlb.http;

/// Learns from the fields of one head how long the content will be (RFC 9112 section 6).
///
/// Owned by: loop. Methods that return a boolean return false for what a server must refuse, or
/// what two servers could understand differently.
final class Framing {
  private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
  private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");
  private static final byte[] CHUNKED = Ascii.bytes("chunked");

  private static final int LENGTH = 1;
  private static final int CODING = 2;

  /// Longer contents than this do not exist, and one more digit still fits in a long.
  private static final long MAX_LENGTH = Long.MAX_VALUE / 10 - 1;

  private static final int UNKNOWN = -1;

  /// Where in a list element of Content-Length.
  private static final int BEFORE = 0;

  private static final int INSIDE = 1;
  private static final int AFTER = 2;

  /// Values of `matched` for a coding, besides the number of bytes of `CHUNKED` matched.
  private static final int OTHER_CODING = -1;

  private static final int CHUNKED_AND_BLANK = CHUNKED.length + 1;

  /// Which of the two fields this one may still be; after the colon, which it is.
  private int field;

  /// Bytes matched of a name, or of a coding.
  private int matched;

  private int place;
  private boolean carriageReturn;
  private long number;
  private long length;
  private boolean hasCoding;
  private boolean chunked;

  void startHead() {
    length = UNKNOWN;
    hasCoding = false;
    chunked = false;
  }

  void startName() {
    field = LENGTH | CODING;
    matched = 0;
  }

  void name(byte b) {
    if (field != 0) {
      byte c = Ascii.lower(b);
      field &= at(CONTENT_LENGTH, c, LENGTH) | at(TRANSFER_ENCODING, c, CODING);
      matched++;
    }
  }

  private int at(byte[] name, byte c, int bit) {
    return matched < name.length && name[matched] == c ? bit : 0;
  }

  void colon() {
    if (matched != CONTENT_LENGTH.length) {
      field &= ~LENGTH;
    }
    if (matched != TRANSFER_ENCODING.length) {
      field &= ~CODING;
    }
    hasCoding |= field == CODING;
    matched = 0;
    place = BEFORE;
    number = 0;
    carriageReturn = false;
  }

  /// Whether the value of the field tells something about the length.
  boolean matters() {
    return field != 0;
  }

  /// What is read of the name so far is all of a name that tells something about the length.
  boolean isWholeName() {
    return ((field & LENGTH) != 0 && matched == CONTENT_LENGTH.length)
        || ((field & CODING) != 0 && matched == TRANSFER_ENCODING.length);
  }

  /// The rest of this line tells nothing.
  void ignoreField() {
    field = 0;
  }

  /// Takes one byte of the value of a field that matters, without its line feed.
  boolean value(byte b) {
    boolean bare = carriageReturn;
    carriageReturn = b == Ascii.CR;
    // A CR is part of the line end only when the line feed follows.
    return (!bare || element(Ascii.CR)) && (carriageReturn || element(b));
  }

  private boolean element(byte b) {
    if (field == LENGTH) {
      return b == ',' ? endLength() : length(b);
    }
    return b == ',' ? endCoding() : coding(b);
  }

  /// Ends the value of a field that matters.
  boolean endValue() {
    return field == LENGTH ? endLength() : endCoding();
  }

  private boolean length(byte b) {
    if (Ascii.isBlank(b)) {
      place = place == INSIDE ? AFTER : place;
      return true;
    }
    if (!Ascii.isDigit(b) || place == AFTER || number > MAX_LENGTH) {
      return false;
    }
    place = INSIDE;
    number = number * 10 + b - '0';
    return true;
  }

  private boolean endLength() {
    boolean same = place != BEFORE && (length == UNKNOWN || length == number);
    length = number;
    number = 0;
    place = BEFORE;
    return same;
  }

  private boolean coding(byte b) {
    if (Ascii.isBlank(b)) {
      matched = matched == 0 || matched == OTHER_CODING ? matched : afterCoding();
    } else if (matched >= 0 && matched < CHUNKED.length && CHUNKED[matched] == Ascii.lower(b)) {
      matched++;
    } else {
      matched = OTHER_CODING;
    }
    return true;
  }

  private int afterCoding() {
    return matched >= CHUNKED.length ? CHUNKED_AND_BLANK : OTHER_CODING;
  }

  /// Chunked must be the last coding, and only once; an empty list element is ignored.
  private boolean endCoding() {
    boolean empty = matched == 0;
    boolean last = !chunked;
    chunked |= matched >= CHUNKED.length;
    matched = 0;
    return empty || last;
  }

  /// Ends the head of a request of HTTP/1.0 or of a later version.
  boolean endHead(boolean http10) {
    return !hasCoding || (chunked && !http10);
  }

  /// Whether the content is chunked; this overrides a length.
  boolean chunked() {
    return chunked;
  }

  /// Bytes of content, when it is not chunked.
  long length() {
    return Math.max(length, 0);
  }
}
