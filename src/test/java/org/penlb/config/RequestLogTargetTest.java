package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLogTargetTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "requests",
        "/var/log/pen",
        "./a:b",
        "/a:b",
        "a b",
        "192.0.2.1:514",
        "loghost:1",
        "[::1]:65535",
        "[loghost]:9"
      })
  void fileOrReceiverIsTakenAsItIs(String text) throws Exception {
    assertThat(RequestLogTarget.check(text, "log")).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|log has an empty value, expected a file or host:port",
        ":514|log is ':514', expected a file or host:port (IPv6 in brackets)",
        "::1:514|log is '::1:514', expected a file or host:port (IPv6 in brackets)",
        "a b:514|log is 'a b:514', expected a file or host:port (IPv6 in brackets)",
        "[]:514|log is '[]:514', expected a file or host:port (IPv6 in brackets)",
        "[::1:514|log is '[::1:514', expected a file or host:port (IPv6 in brackets)",
        "a:|log 'a:': port is '', expected a number from 1 to 65535",
        "a:0|log 'a:0': port is '0', expected a number from 1 to 65535",
        "a:syslog|log 'a:syslog': port is 'syslog', expected a number from 1 to 65535",
      })
  void whatIsNeitherIsRefused(String text, String message) {
    assertThatThrownBy(() -> RequestLogTarget.check(text, "log"))
        .isInstanceOf(BadSettingException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "/a\tb", "a\u007fb"})
  void fileWithAControlCharacterIsRefused(String text) {
    assertThatThrownBy(() -> RequestLogTarget.check(text, "log"))
        .isInstanceOf(BadSettingException.class)
        .hasMessage("log '%s' cannot be the name of a file here: control character", text);
  }
}
