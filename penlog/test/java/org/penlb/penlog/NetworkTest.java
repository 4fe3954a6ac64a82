package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class NetworkTest {
  private static boolean contains(String network, String address) {
    var one = Address.parse(address);
    return Network.parse(network).contains(one.high(), one.low());
  }

  @Property
  void anIpv4NetworkHasTheAddressesThatBeginLikeIt(
      @ForAll int network, @ForAll int address, @ForAll @IntRange(max = 32) int bits) {
    var dotted =
        (network >>> 24)
            + "."
            + (network >>> 16 & 255)
            + "."
            + (network >>> 8 & 255)
            + "."
            + (network & 255);
    int mask = bits == 0 ? 0 : -1 << (32 - bits);
    var one = Address.ofIpv4(address);
    assertThat(Network.parse(dotted + "/" + bits).contains(one.high(), one.low()))
        .isEqualTo((network & mask) == (address & mask));
  }

  @Test
  void networksOfBothFamiliesAreUnderstood() {
    assertThat(contains("2001:db8::/32", "2001:db8:7::1")).isTrue();
    assertThat(contains("2001:db8::/32", "2001:db9::1")).isFalse();
    assertThat(contains("2001:db8::/65", "2001:db8::7fff:0:0:1")).isTrue();
    assertThat(contains("2001:db8::/65", "2001:db8::8000:0:0:1")).isFalse();
    assertThat(contains("::1", "::1")).isTrue();
    assertThat(contains("10.0.0.1", "10.0.0.2")).isFalse();
    assertThat(contains("0.0.0.0/0", "192.0.2.1")).isTrue();
    assertThat(contains("0.0.0.0/0", "::1")).isFalse();
    assertThat(contains("::/0", "192.0.2.1")).isTrue();
  }

  @Test
  void otherTextsAreNone() {
    for (var text :
        new String[] {
          "",
          "/",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/08",
          "10/8",
          "::/129",
          "10.0.0.0/-1",
          "host",
          "fe80::1%lo",
          "10.0.0.0/8/8"
        }) {
      assertThat(Network.parse(text)).as(text).isNull();
    }
  }
}
