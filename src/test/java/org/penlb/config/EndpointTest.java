package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "80, , 80",
    "0, , 0",
    "65535, , 65535",
    "localhost:8080, localhost, 8080",
    "127.0.0.1:80, 127.0.0.1, 80",
    "0.0.0.0:0, 0.0.0.0, 0",
    ":::80, ::, 80",
    "[::]:80, ::, 80",
    "[::1]:80, ::1, 80",
    "[2001:db8::1]:443, 2001:db8::1, 443",
    "[fe80::1%eth0]:443, fe80::1%eth0, 443",
    "2001:db8::1:80, 2001:db8::1, 80",
  })
  void hostAndPort(String text, String host, int port) throws BadSettingException {
    assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(host, port, null));
  }

  @Test
  void absolutePathIsAUnixSocket() throws BadSettingException {
    var endpoint = Endpoint.parse("/run/pen:80");
    assertThat(endpoint).isEqualTo(new Endpoint(null, -1, Path.of("/run/pen:80")));
    assertThat(endpoint.isUnix()).isTrue();
    assertThat(endpoint).hasToString("/run/pen:80");
    assertThat(Endpoint.parse("80").isUnix()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"http, 80", "smtp, 25", "www, 80", "http-alt, 8080", "localhost:https, 443"})
  void portsByTheNameOfTheirService(String text, int port) throws BadSettingException {
    Assumptions.assumeTrue(Files.exists(Path.of("/etc/services")), "no /etc/services here");
    assertThat(Endpoint.parse(text).port()).isEqualTo(port);
  }

  @Test
  void unknownServiceIsNamed() {
    Assumptions.assumeTrue(Files.exists(Path.of("/etc/services")), "no /etc/services here");
    assertThatThrownBy(() -> Endpoint.parse("localhost:no-such-thing"))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'localhost:no-such-thing'")
        .hasMessageContaining("service 'no-such-thing' is not in /etc/services");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":80",
        "host:",
        "host:65536",
        "host:-1",
        "-1",
        "65536",
        "host: 80",
        "[::1]",
        "[::1]80",
        "[::1",
        "[]:80",
        "[ ]:80",
        "[::1]x:80",
        "[::1]:80:90",
        "[[::1]]:80",
        "80x",
        "ho st:80",
        "::1]:80",
        "ho[st:80",
        " :80",
        "\t",
        "host\n:80"
      })
  void whatIsWrongIsNamedWithWhatWasExpected(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(BadSettingException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("expected ");
  }

  /// As where a path has a character that the locale's encoding does not know.
  @Test
  void pathThatTheSystemCannotNameIsRefused() {
    assertThatThrownBy(() -> Endpoint.parse("/run/\0"))
        .isInstanceOf(BadSettingException.class)
        .hasMessageStartingWith("address '/run/")
        .hasMessageContaining("cannot be the name of a file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"80", "localhost:8080", "[2001:db8::1]:443", "/run/pen.sock"})
  void writtenAsItWasRead(String text) throws BadSettingException {
    assertThat(Endpoint.parse(text)).hasToString(text);
  }

  @Test
  void ipv6WildcardIsWrittenInBrackets() throws BadSettingException {
    assertThat(Endpoint.parse(":::80")).hasToString("[::]:80");
    assertThat(Endpoint.parse(Endpoint.parse(":::80").toString()))
        .isEqualTo(Endpoint.parse(":::80"));
  }
}
