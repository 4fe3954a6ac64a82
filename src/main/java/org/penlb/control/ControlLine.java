package org.penlb.control;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.penlb.config.BadSettingException;

/// The first line of what a client sends, as it comes in pieces; what follows it is nobody's.
///
/// Owned by: loop.
final class ControlLine {
  /// Without the line feed.
  static final int MAX_BYTES = 4096;

  private final byte[] bytes = new byte[MAX_BYTES];
  private int length;
  private boolean ended;
  private boolean tooLong;

  /// Takes what belongs to the line; true once nothing more is wanted.
  boolean add(ByteBuffer chunk) {
    while (chunk.hasRemaining() && !ended && !tooLong) {
      byte next = chunk.get();
      if (next == '\n') {
        ended = true;
      } else if (length == MAX_BYTES) {
        tooLong = true;
      } else {
        bytes[length++] = next;
      }
    }
    return ended || tooLong;
  }

  boolean isEmpty() {
    return length == 0;
  }

  /// The line without its end.
  ///
  /// @throws BadSettingException if it is too long or holds what is no text: the message says what
  String text() throws BadSettingException {
    if (tooLong) {
      throw new BadSettingException("the line is longer than " + MAX_BYTES + " bytes");
    }
    int end = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
    for (int i = 0; i < end; i++) {
      if (isControl(bytes[i])) {
        throw forbidden(i, "printable characters");
      }
    }
    var text = ByteBuffer.wrap(bytes, 0, end);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw forbidden(text.position(), "UTF-8");
    }
  }

  /// A tab is a blank like any other.
  private static boolean isControl(byte b) {
    return (b >= 0 && b < ' ' && b != '\t') || b == 0x7f;
  }

  private BadSettingException forbidden(int index, String expected) {
    return new BadSettingException(
        "byte %d of the line is 0x%02x, expected %s"
            .formatted(index + 1, bytes[index] & 0xff, expected));
  }
}
