package org.penlb.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.stats.Snapshot.ServerState;

class WordingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 B",
        "1023 | 1,023 B",
        "1024 | 1.0 KiB",
        "1258291 | 1.2 MiB",
        "104857600 | 100 MiB",
        "1048575 | 1.0 MiB",
        "1048063 | 1023 KiB",
        "9223372036854775807 | 8.0 EiB",
      })
  void bytes(long n, String words) {
    assertThat(Wording.bytes(n)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "9999999 | 9,999,999",
        "10000000 | 10.0 M",
        "999999999 | 1.0 G",
        "9223372036854775807 | 9.2 E",
      })
  void counts(long n, String words) {
    assertThat(Wording.count(n)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PT-1S | 0 ms",
        "PT0.32S | 320 ms",
        "PT59.9S | 59 s",
        "PT3M12S | 3 min 12 s",
        "PT3H | 3 h 0 min",
        "P4DT7H59M | 4 d 7 h",
        "P9999D | 9,999 d 0 h",
      })
  void spans(Duration span, String words) {
    assertThat(Wording.span(span)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 500 | 0 %",
        "1 | 500 | <1 %",
        "42 | 100 | 42 %",
        "499 | 500 | >99 %",
        "500 | 500 | 100 %",
        "600 | 500 | 120 %",
        "5 | 0 | 0 %",
      })
  void percents(long part, long whole, String words) {
    assertThat(Wording.percent(part, whole)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 | No clients at the moment.", "0 | 7 | None of the 7 clients is listed.",
        "1 | 1 | '1 client, newest first.'", "9 | 8 | '9 clients, newest first.'",
        "1000 | 23412 | 'The newest 1,000 of 23,412 clients.'",
      })
  void lists(int shown, int count, String words) {
    assertThat(Wording.listed("newest", shown, count, "client")).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"UP,up", "BLACKLISTED,blacklisted for 5 s", "DRAINED,drained", "UNUSED,unused"})
  void states(ServerState state, String words) {
    assertThat(Wording.state(Samples.out(0, "a", "a", state, 5))).isEqualTo(words);
  }
}
