package org.penlb.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
  @Test
  void mappedIpv4IsTheIpv4Client() throws UnknownHostException {
    var mapped = mapped(192, 0, 2, 1);
    assertThat(mapped).isInstanceOf(Inet6Address.class);
    assertThat(ClientAddress.of(mapped))
        .isEqualTo(of("192.0.2.1"))
        .hasSameHashCodeAs(of("192.0.2.1"))
        .hasToString("192.0.2.1")
        .isNotEqualTo(of("192.0.2.2"));
    assertThat(ClientAddress.of(mapped).isIpv4()).isTrue();
  }

  /// The JDK turns mapped addresses into IPv4 ones wherever it can; with a scope it does not.
  private static InetAddress mapped(int... ipv4) throws UnknownHostException {
    var bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xff;
    for (int i = 0; i < 4; i++) {
      bytes[12 + i] = (byte) ipv4[i];
    }
    return Inet6Address.getByAddress(null, bytes, 1);
  }

  @Test
  void compatibleIpv4IsNotTheIpv4Client() {
    assertThat(of("::c000:201").isIpv4()).isFalse();
    assertThat(of("::c000:201")).isNotEqualTo(of("192.0.2.1"));
  }

  @Test
  void portPlaysNoPart() {
    var address = InetAddress.ofLiteral("2001:db8::7");
    assertThat(ClientAddress.of(new InetSocketAddress(address, 1)))
        .isEqualTo(ClientAddress.of(new InetSocketAddress(address, 65_535)));
  }

  @Test
  void scopePlaysNoPart() throws UnknownHostException {
    var bytes = InetAddress.ofLiteral("fe80::1").getAddress();
    assertThat(ClientAddress.of(Inet6Address.getByAddress(null, bytes, 3)))
        .isEqualTo(ClientAddress.of(Inet6Address.getByAddress(null, bytes, 4)))
        .hasToString("fe80::1");
  }

  @Test
  void everybodyOnUnixSocketsIsOneClient() {
    assertThat(ClientAddress.of(UnixDomainSocketAddress.of("/run/a")))
        .isEqualTo(ClientAddress.of(UnixDomainSocketAddress.of("")))
        .isSameAs(ClientAddress.UNIX)
        .hasToString("unix");
  }

  @Test
  void nobodyInANetworkIsTheClientOnUnixSockets() throws BadAddressException {
    for (var claim : List.of("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "255.255.255.255")) {
      assertThat(of(claim)).isNotEqualTo(ClientAddress.UNIX).isEqualTo(ClientAddress.parse(claim));
      assertThat(of(claim).isUnix()).isFalse();
      assertThat(of(claim).toString()).isNotEqualTo("unix");
    }
    assertThat(of("::")).hasToString("::");
    assertThat(ClientAddress.UNIX.isUnix()).isTrue();
    assertThatThrownBy(() -> ClientAddress.parse("unix")).isInstanceOf(BadAddressException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.129, 32, 64, 192.0.2.129",
    "192.0.2.129, 31, 64, 192.0.2.128",
    "192.0.2.129, 24, 64, 192.0.2.0",
    "192.0.2.129, 1, 64, 128.0.0.0",
    "192.0.2.129, 0, 0, 0.0.0.0",
    "2001:db8:1:2:3:4:5:6, 0, 128, 2001:db8:1:2:3:4:5:6",
    "2001:db8:1:2:3:4:5:7, 0, 127, 2001:db8:1:2:3:4:5:6",
    "2001:db8:1:2:ffff:4:5:6, 0, 65, 2001:db8:1:2:8000::",
    "2001:db8:1:2:3:4:5:6, 0, 64, 2001:db8:1:2::",
    "2001:db8:1:3:3:4:5:6, 0, 63, 2001:db8:1:2::",
    "2001:db8:1:2:3:4:5:6, 0, 32, 2001:db8::",
    "ffff:db8:1:2:3:4:5:6, 0, 1, 8000::",
    "2001:db8:1:2:3:4:5:6, 32, 0, ::",
  })
  void networkIsThePrefix(String address, int bits4, int bits6, String network) {
    assertThat(of(address).prefix(bits4, bits6)).isEqualTo(of(network));
  }

  @Test
  void wholeAddressesAndUnixClientsAreTheirOwnNetwork() {
    assertThat(ClientAddress.UNIX.prefix(0, 0)).isSameAs(ClientAddress.UNIX);
    var ipv4 = of("192.0.2.1");
    assertThat(ipv4.prefix(32, 0)).isSameAs(ipv4);
    var ipv6 = of("2001:db8::1");
    assertThat(ipv6.prefix(0, 128)).isSameAs(ipv6);
  }

  @Property
  void prefixKeepsTheFirstBitsAndTheFamily(
      @ForAll("addresses") byte[] bytes,
      @ForAll @IntRange(max = 32) int bits4,
      @ForAll @IntRange(max = 128) int bits6)
      throws UnknownHostException {
    var address = ClientAddress.of(InetAddress.getByAddress(bytes));
    var network = address.prefix(bits4, bits6);
    int zeros = address.isIpv4() ? 32 - bits4 : 128 - bits6;
    var expected = number(address).shiftRight(zeros).shiftLeft(zeros);
    assertThat(number(network)).isEqualTo(expected);
    assertThat(network.isUnix()).isFalse();
    assertThat(network.prefix(bits4, bits6)).isEqualTo(network);
  }

  private static BigInteger number(ClientAddress address) {
    return new BigInteger(1, wide(address.bytes()));
  }

  /// The examples of RFC 5952, sections 4 and 5, and the corners of the rules in section 4.2.
  @ParameterizedTest
  @CsvSource({
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:DB8:AAAA::CCCC, 2001:db8:aaaa::cccc",
    "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
    "0:0:0:0:0:0:0:1, ::1",
    "0:1:2:3:4:5:6:7, 0:1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:0, 1:2:3:4:5:6:7:0",
    "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "fe80:0:0:0:0:0:0:0, fe80::",
    "0:0:0:1:0:0:0:0, 0:0:0:1::",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "::ffff:0:0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "0.0.0.1, 0.0.0.1",
  })
  void textIsCanonical(String given, String canonical) {
    assertThat(of(given)).hasToString(canonical);
  }

  @Property
  void textParsesBackToTheSameBytes(@ForAll("addresses") byte[] bytes) throws UnknownHostException {
    var inet = InetAddress.getByAddress(bytes);
    Assume.that(!isLastOfAll(bytes));
    var text = ClientAddress.of(inet).toString();
    assertThat(InetAddress.ofLiteral(text).getAddress()).isEqualTo(inet.getAddress());
    assertThat(text).doesNotContain(":::").isLowerCase();
  }

  @Property
  void orderIsByNumberAndAgreesWithEquals(
      @ForAll("addresses") byte[] a, @ForAll("addresses") byte[] b) throws UnknownHostException {
    Assume.that(!isLastOfAll(a) && !isLastOfAll(b));
    var first = ClientAddress.of(InetAddress.getByAddress(a));
    var second = ClientAddress.of(InetAddress.getByAddress(b));
    int byNumber = Arrays.compareUnsigned(wide(a), wide(b));
    assertThat(Integer.signum(first.compareTo(second))).isEqualTo(Integer.signum(byNumber));
    assertThat(Integer.signum(second.compareTo(first))).isEqualTo(-Integer.signum(byNumber));
    assertThat(first.equals(second)).isEqualTo(byNumber == 0);
    if (byNumber == 0) {
      assertThat(first).hasSameHashCodeAs(second);
    }
  }

  private static boolean isLastOfAll(byte[] bytes) {
    return bytes.length == 16 && new BigInteger(bytes).equals(BigInteger.ONE.negate());
  }

  private static byte[] wide(byte[] bytes) {
    if (bytes.length == 16) {
      return bytes;
    }
    var wide = new byte[16];
    wide[10] = wide[11] = (byte) 0xff;
    System.arraycopy(bytes, 0, wide, 12, 4);
    return wide;
  }

  /// Mostly zeros and few values, so that gaps and equal addresses are common.
  @Provide
  Arbitrary<byte[]> addresses() {
    var octet =
        Arbitraries.oneOf(
            Arbitraries.of((byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 0xff),
            Arbitraries.bytes());
    return Arbitraries.of(4, 16).flatMap(length -> octet.array(byte[].class).ofSize(length));
  }

  @Test
  void networkHalfAndHostHalf() {
    var address = of("2001:db8::ff");
    assertThat(address.high()).isEqualTo(0x2001_0db8_0000_0000L);
    assertThat(address.low()).isEqualTo(0xffL);
    assertThat(of("192.0.2.1").low()).isEqualTo(0xffff_c000_0201L);
  }

  private static ClientAddress of(String literal) {
    return ClientAddress.of(InetAddress.ofLiteral(literal));
  }
}
