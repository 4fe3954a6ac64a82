package org.penlb.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressLiteralTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "192.0.2.10, 192.0.2.10",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "2001:DB8::A, 2001:db8::a",
    "2001:0db8:0000::0001, 2001:db8::1",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:192.0.2.1, 1:2:3:4:5:6:c000:201",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::ffff:c000:201, 192.0.2.1",
    "0:0:0:0:0:FFFF:192.0.2.1, 192.0.2.1",
  })
  void addressesAreUnderstood(String text, String canonical) throws BadAddressException {
    assertThat(ClientAddress.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "1.2",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.",
        ".1.2.3",
        "1..2.3",
        "1.2.3.256",
        "1.2.3.1000",
        "1.2.3.4294967296",
        "010.0.0.1",
        "1.2.3.00",
        "0x7f.0.0.1",
        "1.2.3.4 ",
        " 1.2.3.4",
        "+1.2.3.4",
        "-1.2.3.4",
        "1.2.3.4/32",
        "\u0661.2.3.4",
        "localhost",
        "unix",
        "a.b.c.d"
      })
  void everythingButDottedQuadsIsRefused(String text) {
    assertThatThrownBy(() -> ClientAddress.parse(text))
        .isInstanceOf(BadAddressException.class)
        .hasMessage(
            "address is '"
                + text
                + "', expected an IPv4 address such as 192.0.2.1 or an IPv6 address such as"
                + " 2001:db8::1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4:80",
        ":",
        ":::",
        "1:::2",
        "::1::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "::1:2:3:4:5:6:7:8",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        "12345::",
        "00001::",
        "g::",
        "::-1",
        "::+1",
        "[::1]",
        "::1%eth0",
        "::1%1",
        "::1/128",
        "\uff11::",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3",
        "::1.2.3.4.5",
        "::01.2.3.4",
        "1.2.3.4::",
        "1.2.3.4::1",
        "::1.2.3.4:1",
        "1:2:3:4:5:6:1.2.3.4:7",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000"
      })
  void everythingElseWithColonsIsRefused(String text) {
    assertThatThrownBy(() -> ClientAddress.parse(text))
        .isInstanceOf(BadAddressException.class)
        .hasMessage("address is '" + text + "', expected an IPv6 address such as 2001:db8::1");
  }

  /// Where this parser and the JDK's both see an address, it is the same one.
  @Property(tries = 10_000)
  void addressesMeanWhatTheyMeanToTheJdk(@ForAll("almostAddresses") String text) {
    var ours = ours(text);
    var jdk = jdk(text);
    if (ours.isPresent()) {
      assertThat(jdk).contains(ours.get());
    } else if (jdk.isPresent()) {
      assertThat(text).matches(".*(^|[:.])0\\d.*|.*:\\w{5}.*|\\w{5}:.*|(\\d+\\.){0,2}\\d+");
    }
  }

  private static Optional<ClientAddress> ours(String text) {
    try {
      return Optional.of(ClientAddress.parse(text));
    } catch (BadAddressException _) {
      return Optional.empty();
    }
  }

  private static Optional<ClientAddress> jdk(String text) {
    try {
      return Optional.of(ClientAddress.of(InetAddress.ofLiteral(text)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  @Provide
  Arbitrary<String> almostAddresses() {
    var parts = Arbitraries.of("0", "1", "ff", "abcd", "12345", "10", "255", "256", "00", "", "");
    var ends = Arbitraries.of("", "::", ":1", ":1.2.3.4", ":ffff:1.2.3.4");
    var ipv6 = parts.list().ofMaxSize(9).map(list -> String.join(":", list));
    return Arbitraries.oneOf(
        ipv6,
        ipv6.flatMap(text -> ends.map(text::concat)),
        parts.list().ofMaxSize(5).map(list -> String.join(".", list)));
  }
}
