package org.penlb.penlog;

/// A request in the form in which pen logs it: its first bytes, with a dot for each that is not
/// printable ASCII. Two lines are about the same request if they agree in this form.
///
/// Owned by: immutable.
public final class RequestText {
  /// The most bytes of a request that pen logs.
  public static final int MAX = 100;

  private RequestText() {}

  /// Copies a request.
  ///
  /// @param to behind its last byte
  /// @param text gets it; has room for [#MAX] bytes
  /// @return how many bytes it has in this form
  public static int copy(byte[] line, int from, int to, byte[] text) {
    int length = Math.min(to - from, MAX);
    for (int i = 0; i < length; i++) {
      text[i] = visible(line[from + i]);
    }
    return length;
  }

  /// The same for a request in which a web server has escaped bytes: Apache quotes and backslashes
  /// by a backslash, control characters as in C, others as `\xhh`; nginx all of them as `\xHH`.
  /// What is no such escape is copied.
  public static int copyUnescaped(byte[] line, int from, int to, byte[] text) {
    int length = 0;
    for (int i = from; i < to && length < MAX; i++, length++) {
      byte b = line[i];
      if (b != '\\' || i + 1 == to) {
        text[length] = visible(b);
      } else if (line[i + 1] == 'x' && i + 3 < to && isHex(line[i + 2]) && isHex(line[i + 3])) {
        int value = Character.digit(line[i + 2], 16) << 4 | Character.digit(line[i + 3], 16);
        text[length] = visible((byte) value);
        i += 3;
      } else {
        i++;
        switch (line[i]) {
          case '"', '\\' -> text[length] = line[i];
          case 'b', 'n', 'r', 't', 'v', 'f' -> text[length] = '.';
          default -> {
            text[length] = '\\';
            i--;
          }
        }
      }
    }
    return length;
  }

  private static boolean isHex(byte b) {
    return Character.digit(b, 16) >= 0;
  }

  private static byte visible(byte b) {
    return b >= ' ' && b < 0x7f ? b : (byte) '.';
  }
}
