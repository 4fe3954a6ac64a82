package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class AddressTest {

  @Property(tries = 500)
  void anAddressIsWhatTheJdkSaysItIs(@ForAll int bits, @ForAll boolean ipv6)
      throws UnknownHostException {
    var bytes = new byte[ipv6 ? 16 : 4];
    new Random(bits).nextBytes(bytes);
    var address = InetAddress.getByAddress(bytes);
    assertThat(Address.parse(address.getHostAddress())).isEqualTo(Address.of(address));
  }

  @Property(tries = 500)
  void quadsAreRead(
      @ForAll @IntRange(max = 255) int a,
      @ForAll @IntRange(max = 255) int b,
      @ForAll @IntRange(max = 255) int c,
      @ForAll @IntRange(max = 255) int d) {
    assertThat(Address.parse(a + "." + b + "." + c + "." + d))
        .isEqualTo(Address.ofIpv4(a << 24 | b << 16 | c << 8 | d));
  }

  @Test
  void differentSpellingsAreOneAddress() {
    assertThat(Address.parse("::ffff:192.0.2.7")).isEqualTo(Address.parse("192.0.2.7"));
    assertThat(Address.parse("2001:DB8:0:0::1")).isEqualTo(Address.parse("2001:db8::1"));
    assertThat(Address.parse("fe80::1%eth0")).isEqualTo(Address.parse("fe80::1"));
  }

  @Test
  void otherTextsAreNoAddress() {
    for (var text :
        new String[] {
          "",
          ".",
          "1",
          "1.2",
          "1.2.3",
          "1.2.3.4.5",
          "1.2.3.256",
          "01.2.3.4",
          "1.2.3.",
          ".1.2.3",
          "1..2.3",
          "1.2.3.x",
          "web1",
          ":",
          "::x",
          "1:2",
          "1.2.3.4:80",
          "00.0.0.0",
          "-1.2.3.4",
          "\u0664.2.3.4"
        }) {
      assertThat(Address.parse(text)).as(text).isNull();
    }
  }
}
