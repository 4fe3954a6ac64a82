package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.penlb.penlog.WebLine;

/// The one log: lines with their times in UTC.
///
/// Owned by: the main thread.
final class MergedLog implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private int used;
  private byte[] time = new byte[0];

  MergedLog(OutputStream out) {
    this.out = out;
  }

  /// Says the time of the lines that follow.
  void at(long unixSeconds) {
    time = text(unixSeconds).getBytes(US_ASCII);
    assert time.length == WebLine.TIME_LENGTH;
  }

  /// `20/Nov/2026:17:00:00 +0000`.
  static String text(long unixSeconds) {
    var utc = LocalDateTime.ofEpochSecond(unixSeconds, 0, ZoneOffset.UTC);
    var text = new StringBuilder(WebLine.TIME_LENGTH);
    number(text, utc.getDayOfMonth(), 10).append('/').append(MONTHS[utc.getMonthValue() - 1]);
    number(text.append('/'), utc.getYear(), 1000);
    number(text.append(':'), utc.getHour(), 10);
    number(text.append(':'), utc.getMinute(), 10);
    number(text.append(':'), utc.getSecond(), 10);
    return text.append(" +0000").toString();
  }

  private static StringBuilder number(StringBuilder text, int number, int unit) {
    for (int rest = unit; rest > 0; rest /= 10) {
      text.append((char) ('0' + number / rest % 10));
    }
    return text;
  }

  /// @param client what stands in place of the first field; null to leave it
  /// @param fieldEnd where that field ends
  /// @param timeFrom where the time begins
  void write(byte[] client, int fieldEnd, int timeFrom, byte[] line, int from, int to)
      throws IOException {
    if (client == null) {
      put(line, from, timeFrom);
    } else {
      put(client, 0, client.length);
      put(line, fieldEnd, timeFrom);
    }
    put(time, 0, time.length);
    put(line, timeFrom + time.length, to);
    if (used == buffer.length) {
      flush();
    }
    buffer[used++] = '\n';
  }

  private void put(byte[] bytes, int from, int to) throws IOException {
    int length = to - from;
    if (length > buffer.length - used) {
      flush();
      if (length > buffer.length) {
        out.write(bytes, from, length);
        return;
      }
    }
    System.arraycopy(bytes, from, buffer, used, length);
    used += length;
  }

  private void flush() throws IOException {
    out.write(buffer, 0, used);
    used = 0;
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
