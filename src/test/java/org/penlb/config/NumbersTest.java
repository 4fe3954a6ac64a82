package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @ValueSource(strings = {"5", "007", "10", "0000000006"})
  void decimalNumbersInTheRange(String text) throws BadSettingException {
    assertThat(Numbers.parse(text, 5, 10, "it")).isEqualTo(Integer.parseInt(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "4",
        "11",
        "-5",
        "+5",
        "5 ",
        " 5",
        "5s",
        "5.0",
        "0x5",
        "1e1",
        "\u0665",
        "five",
        "4294967301",
        "99999999999999999999",
        "-"
      })
  void anythingElseIsNamedWithWhatWasExpected(String text) {
    assertThatThrownBy(() -> Numbers.parse(text, 5, 10, "it"))
        .isInstanceOf(BadSettingException.class)
        .hasMessage("it is '" + text + "', expected a number from 5 to 10");
  }

  @Property
  void everyNumberOfTheRangeIsRead(@ForAll int number) throws BadSettingException {
    if (number >= 0) {
      assertThat(Numbers.parse(Integer.toString(number), 0, Integer.MAX_VALUE, "it"))
          .isEqualTo(number);
    } else {
      assertThatThrownBy(() -> Numbers.parse(Integer.toString(number), 0, Integer.MAX_VALUE, "it"))
          .isInstanceOf(BadSettingException.class);
    }
  }

  @Test
  void secondsAreWhole() throws BadSettingException {
    assertThat(Numbers.seconds("90", 0, "it")).isEqualTo(Duration.ofSeconds(90));
    assertThatThrownBy(() -> Numbers.seconds("1000000001", 0, "it"))
        .hasMessage("it (seconds) is '1000000001', expected a number from 0 to 1000000000");
  }

  /// So that a deadline so far away can still be compared with one that is past.
  @Test
  void longestTimeFitsTheMonotonicClock() throws BadSettingException {
    assertThat(Numbers.seconds("1000000000", 0, "it").toNanos()).isPositive();
  }
}
