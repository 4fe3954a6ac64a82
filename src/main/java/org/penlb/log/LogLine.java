package org.penlb.log;

/// One line of the request log.
///
/// Owned by: immutable. In a file `CLIENT UNIXTIME SERVER REQUEST`, in a datagram `+ CLIENT SERVER
/// REQUEST`, each with a line feed.
final class LogLine {
  /// The most bytes of a request that are logged.
  static final int MAX_REQUEST = 100;

  /// The most characters of an address that are logged.
  static final int MAX_ADDRESS = 64;

  /// Two addresses, a request, a time of 19 digits and what stands between them.
  static final int MAX_LINE = 2 * MAX_ADDRESS + MAX_REQUEST + 19 + 4;

  private static final long NO_TIME = -1;

  private final byte[] bytes;
  private int at;

  private LogLine(int length) {
    bytes = new byte[length];
  }

  static byte[] forFile(
      CharSequence client,
      long unixSeconds,
      CharSequence server,
      byte[] request,
      int offset,
      int length) {
    assert unixSeconds >= 0;
    return line(client, unixSeconds, server, request, offset, length);
  }

  static byte[] forDatagram(
      CharSequence client, CharSequence server, byte[] request, int offset, int length) {
    return line(client, NO_TIME, server, request, offset, length);
  }

  private static byte[] line(
      CharSequence client,
      long unixSeconds,
      CharSequence server,
      byte[] request,
      int offset,
      int length) {
    int requestLength = Math.min(length, MAX_REQUEST);
    int timeLength = unixSeconds == NO_TIME ? "+".length() : digits(unixSeconds);
    LogLine line =
        new LogLine(length(client) + timeLength + length(server) + requestLength + 3 + 1);
    if (unixSeconds == NO_TIME) {
      line.put('+').put(' ').put(client).put(' ');
    } else {
      line.put(client).put(' ').put(unixSeconds, timeLength).put(' ');
    }
    line.put(server).put(' ').put(request, offset, requestLength).put('\n');
    assert line.at == line.bytes.length;
    return line.bytes;
  }

  private static int length(CharSequence address) {
    return Math.min(address.length(), MAX_ADDRESS);
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private LogLine put(int b) {
    bytes[at++] = (byte) b;
    return this;
  }

  /// A space would shift the fields behind it.
  private LogLine put(CharSequence address) {
    int length = length(address);
    for (int i = 0; i < length; i++) {
      char c = address.charAt(i);
      put(c > ' ' && c < 0x7f ? c : '.');
    }
    return this;
  }

  private LogLine put(long number, int digits) {
    long rest = number;
    for (int i = at + digits - 1; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    at += digits;
    return this;
  }

  private LogLine put(byte[] request, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      byte b = request[i];
      put(b >= ' ' && b < 0x7f ? b : '.');
    }
    return this;
  }
}
