package org.penlb.config;

import java.time.Duration;

/// Numbers as administrators write them: decimal, without sign or unit, in a range.
public final class Numbers {
  private Numbers() {}

  public static int parse(String text, int least, int most, String what)
      throws BadSettingException {
    long value = -1;
    if (!text.isEmpty()
        && text.length() <= 10
        && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      value = Long.parseLong(text);
    }
    if (value < least || value > most) {
      throw new BadSettingException(
          what + " is '" + text + "', expected a number from " + least + " to " + most);
    }
    return (int) value;
  }

  /// Whole seconds.
  public static Duration seconds(String text, int least, String what) throws BadSettingException {
    return Duration.ofSeconds(parse(text, least, 1_000_000_000, what + " (seconds)"));
  }
}
