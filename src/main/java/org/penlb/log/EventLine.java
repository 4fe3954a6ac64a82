package org.penlb.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.util.TimeZone;

/// An event as text: `HH:mm:ss.SSS LEVEL message`.
///
/// Owned by: shared (has no state). What came from outside, a host name or a control command,
/// cannot begin a line or move a terminal's cursor: such characters become dots. An exception adds
/// its class and message; its stack trace, indented, only while debugging.
final class EventLine extends LayoutBase<ILoggingEvent> {
  private static final int MILLIS_PER_DAY = 24 * 60 * 60 * 1000;

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    time(line, event.getTimeStamp());
    line.append(' ').append(event.getLevel()).append(' ').append(message(event)).append('\n');
    if (event.getThrowableProxy() != null && debugging()) {
      trace(line, event.getThrowableProxy());
    }
    return line.toString();
  }

  /// The message and a possible exception, in one line.
  static String message(ILoggingEvent event) {
    StringBuilder text = new StringBuilder(String.valueOf(event.getFormattedMessage()));
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      text.append(": ").append(thrown.getClassName());
      if (thrown.getMessage() != null) {
        text.append(": ").append(thrown.getMessage());
      }
    }
    return clean(text);
  }

  private static String clean(StringBuilder text) {
    for (int i = 0; i < text.length(); i++) {
      if (isUnsafe(text.charAt(i))) {
        text.setCharAt(i, '.');
      }
    }
    return text.toString();
  }

  /// Controls, line ends of Unicode, and what changes the direction of writing.
  private static boolean isUnsafe(char c) {
    if (c >= ' ' && c < 0x7f) {
      return false;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private boolean debugging() {
    return ((LoggerContext) getContext()).getLogger(EventLine.class).isDebugEnabled();
  }

  /// Nothing that an exception's message contains stands at the beginning of a line.
  private static void trace(StringBuilder line, IThrowableProxy thrown) {
    ThrowableProxyUtil.asString(thrown)
        .lines()
        .forEach(
            one -> line.append("    ").append(clean(new StringBuilder(one.strip()))).append('\n'));
  }

  /// By arithmetic: a DateTimeFormatter costs tens of milliseconds at its first use.
  private static void time(StringBuilder line, long unixMillis) {
    long local = unixMillis + TimeZone.getDefault().getOffset(unixMillis);
    int millis = (int) Math.floorMod(local, (long) MILLIS_PER_DAY);
    two(line, millis / 3_600_000).append(':');
    two(line, millis / 60_000 % 60).append(':');
    two(line, millis / 1000 % 60).append('.').append((char) ('0' + millis / 100 % 10));
    two(line, millis % 100);
  }

  private static StringBuilder two(StringBuilder line, int number) {
    return line.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
