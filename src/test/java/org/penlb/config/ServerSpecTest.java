package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSpecTest {
  @ParameterizedTest
  @CsvSource({
    "web1, web1, 7, 0, 0, 0, 0",
    "web1:, web1, 7, 0, 0, 0, 0",
    "web1:80, web1, 80, 0, 0, 0, 0",
    "web1:0, web1, 0, 0, 0, 0, 0",
    "web1:80:1, web1, 80, 1, 0, 0, 0",
    "web1:80:1:2, web1, 80, 1, 2, 0, 0",
    "web1:80:1:2:3, web1, 80, 1, 2, 3, 0",
    "web1:80:1:2:3:4, web1, 80, 1, 2, 3, 4",
    "web1::1, web1, 7, 1, 0, 0, 0",
    "web1:80:::3, web1, 80, 0, 0, 3, 0",
    "web1:::::4, web1, 7, 0, 0, 0, 4",
    "192.0.2.1:80:10, 192.0.2.1, 80, 10, 0, 0, 0",
    "[2001:db8::1]:80:10, 2001:db8::1, 80, 10, 0, 0, 0",
    "[::1], ::1, 7, 0, 0, 0, 0",
    "[web1]:80, web1, 80, 0, 0, 0, 0",
    "web1:80:2147483647, web1, 80, 2147483647, 0, 0, 0",
  })
  void partsInTheirOrderAndTheListeningPortByDefault(
      String text, String host, int port, int max, int hard, int weight, int prio)
      throws BadSettingException {
    assertThat(ServerSpec.parse(text, 7))
        .isEqualTo(new ServerSpec(host, port, max, hard, weight, prio, 0, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "[]",
        "[::1",
        "[::1]80",
        "[ ]:80",
        "we b:80",
        "we]b:80",
        "web1:80:1:2:3:4:5",
        "web1:-1",
        "web1:65536",
        "web1:80:x",
        "web1:80:1:-2",
        "web1:80:1:2:3.5",
        "web1:80:1:2:3:2147483648",
        "web1:80:99999999999",
        "2001:db8::1"
      })
  void whatIsWrongIsNamedWithWhatWasExpected(String text) {
    assertThatThrownBy(() -> ServerSpec.parse(text, 7))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageMatching("(?s).*(expected |is not in /etc/services).*");
  }

  @ParameterizedTest
  @CsvSource({
    "web1:80:x, max",
    "web1:80:1:x, hard",
    "web1:80:1:2:x, weight",
    "web1:80:1:2:3:x, prio",
    "web1:99999, port",
  })
  void messageNamesThePart(String text, String part) {
    assertThatThrownBy(() -> ServerSpec.parse(text, 7)).hasMessageContaining(": " + part + " is '");
  }

  @Test
  void serverNeedsAPortWhereThereIsNoneToShare() {
    assertThatThrownBy(() -> ServerSpec.parse("web1", -1))
        .hasMessage("server 'web1' needs a port, as pen does not listen on one it could share");
  }

  @ParameterizedTest
  @CsvSource({
    "web1:80, 0",
    "web1:80:0:5, 0",
    "web1:80:5, 5",
    "web1:80:5:3, 5",
    "web1:80:5:8, 8",
  })
  void hardLimitIsNeverBelowMax(String text, int hardLimit) throws BadSettingException {
    assertThat(ServerSpec.parse(text, 7).hardLimit()).isEqualTo(hardLimit);
  }

  @ParameterizedTest
  @CsvSource({"web1:80:5, web1:80", "[::1]:80, [::1]:80", "web1, web1:7"})
  void namedInMessagesWithBracketsWhereNeeded(String text, String name) throws BadSettingException {
    assertThat(ServerSpec.parse(text, 7).hostAndPort()).isEqualTo(name);
  }
}
