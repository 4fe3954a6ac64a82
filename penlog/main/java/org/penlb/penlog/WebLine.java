package org.penlb.penlog;

/// A line of a web server's log in one of the usual formats, in the array that it was read into.
///
///     192.0.2.7 - - [20/Nov/2026:17:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/7.88.1"
///
/// Its first field, up to the first blank, is the client; the request is what stands in the first
/// quotes, or in those behind the time where a name in quotes comes before it (Apache has `""` for
/// a user without a name). Formats are as free as web servers make them: no other part has to be
/// there.
///
/// Owned by: one thread. Reading a line allocates nothing, and replaces the one before. Whatever the
/// bytes are, reading does not fail.
public final class WebLine {
  private static final int NONE = -1;

  /// The English names that logs have in all locales; each where its number times three is.
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  /// `20/Nov/2026:17:00:00 +0000`.
  public static final int TIME_LENGTH = 26;

  private byte[] line;
  private int from;
  private int end;
  private int fieldEnd;
  private int time;
  private int request;
  private int requestEnd;
  private boolean escaped;

  /// Reads a line.
  ///
  /// @param to behind its last byte; a line feed there does not belong to it
  /// @return whether it has a request
  public boolean read(byte[] bytes, int from, int to) {
    line = bytes;
    this.from = from;
    end = to > from && bytes[to - 1] == '\n' ? to - 1 : to;
    fieldEnd = from;
    while (fieldEnd < end && bytes[fieldEnd] != ' ') {
      fieldEnd++;
    }
    time = NONE;
    request = NONE;
    requestEnd = NONE;
    escaped = false;
    int first = quote(from);
    int behindTime = first;
    while (behindTime < end && !isBehindTime(behindTime)) {
      behindTime = quote(behindTime + 1);
    }
    findRequest(behindTime < end ? behindTime : first);
    return hasRequest();
  }

  private int quote(int at) {
    int i = at;
    while (i < end && line[i] != '"') {
      i++;
    }
    return i;
  }

  /// Whether it is the place for the request. Users choose their names, so those may look like a
  /// time; but a quote in them is escaped, and no other part stands so behind a time.
  private boolean isBehindTime(int quote) {
    int bracket = quote - TIME_LENGTH - 3;
    return bracket >= from
        && line[quote - 1] == ' '
        && line[quote - 2] == ']'
        && line[bracket] == '[';
  }

  private void findRequest(int quote) {
    int first = quote + 1;
    int i = first;
    for (; i < end && line[i] != '"'; i++) {
      if (line[i] == '\\') {
        escaped = true;
        i++;
      }
    }
    if (i < end) {
      request = first;
      requestEnd = i;
    }
  }

  public boolean hasRequest() {
    return request != NONE;
  }

  /// Where the rest of the line begins, the blank behind the first field.
  public int fieldEnd() {
    return fieldEnd;
  }

  /// Copies the request, whose escapes are undone, in the form in which it is compared.
  ///
  /// @param text has room for [RequestText#MAX] bytes
  /// @return how many it is
  public int requestText(byte[] text) {
    return escaped
        ? RequestText.copyUnescaped(line, request, requestEnd, text)
        : RequestText.copy(line, request, requestEnd, text);
  }

  /// Whether there is a backslash in the request: it may be an escape, or the client's own where
  /// the server does not escape.
  public boolean isEscaped() {
    return escaped;
  }

  /// As [#requestText], from a server that does not escape: backslashes are the client's own.
  public int requestTextAsIs(byte[] text) {
    return RequestText.copy(line, request, requestEnd, text);
  }

  /// The time in brackets, in seconds since 1970.
  ///
  /// @return [Long#MIN_VALUE] if there is none before the request
  public long unixSeconds() {
    if (hasRequest() && isBehindTime(request - 1)) {
      long seconds = readTime(request - TIME_LENGTH - 3);
      if (seconds != Long.MIN_VALUE) {
        return seconds;
      }
    }
    int most = (hasRequest() ? request : end) - TIME_LENGTH - 1;
    for (int i = from; i < most; i++) {
      if (line[i] == '[' && line[i + 1 + TIME_LENGTH] == ']') {
        long seconds = readTime(i + 1);
        if (seconds != Long.MIN_VALUE) {
          return seconds;
        }
      }
    }
    return Long.MIN_VALUE;
  }

  /// Where in the array the time begins that [#unixSeconds] has found; it has [#TIME_LENGTH] bytes.
  public int timeFrom() {
    return time;
  }

  private long readTime(int at) {
    int day = number(at, 2);
    int month = month(at + 3);
    int year = number(at + 7, 4);
    int hour = number(at + 12, 2);
    int minute = number(at + 15, 2);
    int second = number(at + 18, 2);
    int zone = number(at + 22, 4);
    boolean good =
        (day | month | year | hour | minute | second | zone) >= 0
            && line[at + 2] == '/'
            && line[at + 6] == '/'
            && line[at + 11] == ':'
            && line[at + 14] == ':'
            && line[at + 17] == ':'
            && line[at + 20] == ' '
            && (line[at + 21] == '+' || line[at + 21] == '-')
            && day >= 1
            && day <= daysOf(month + 1, year)
            && hour < 24
            && minute < 60
            && second <= 60;
    if (!good) {
      return Long.MIN_VALUE;
    }
    time = at;
    long offset = (zone / 100 * 60 + zone % 100) * 60L;
    long local = (days(year, month + 1, day) * 24 + hour) * 3600 + minute * 60L + second;
    return line[at + 21] == '+' ? local - offset : local + offset;
  }

  private static int daysOf(int month, int year) {
    return switch (month) {
      case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  private int number(int at, int digits) {
    int number = 0;
    for (int i = at; i < at + digits; i++) {
      if (line[i] < '0' || line[i] > '9') {
        return -1;
      }
      number = number * 10 + line[i] - '0';
    }
    return number;
  }

  private int month(int at) {
    for (int i = 0; i < 12; i++) {
      if (MONTHS.charAt(3 * i) == line[at]
          && MONTHS.charAt(3 * i + 1) == line[at + 1]
          && MONTHS.charAt(3 * i + 2) == line[at + 2]) {
        return i;
      }
    }
    return -1;
  }

  /// Days since 1970 in the Gregorian calendar, whose years begin in March here: so the leap day is
  /// the last of a year.
  private static long days(int year, int month, int day) {
    long y = month > 2 ? year : year - 1L;
    long m = month > 2 ? month - 3L : month + 9L;
    return 365 * y
        + Math.floorDiv(y, 4)
        - Math.floorDiv(y, 100)
        + Math.floorDiv(y, 400)
        + (153 * m + 2) / 5
        + day
        - 1
        - 719_468;
  }
}
