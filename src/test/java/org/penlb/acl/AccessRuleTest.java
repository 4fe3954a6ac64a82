package org.penlb.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRuleTest {
  @ParameterizedTest
  @CsvSource({
    "deny 10.0.0.1, deny 10.0.0.1 255.255.255.255",
    "permit 10.1.2.3 255.0.0.0, permit 10.0.0.0 255.0.0.0",
    "permit 10.1.2.3/8, permit 10.0.0.0 255.0.0.0",
    "permit 10.1.2.3/32, permit 10.1.2.3 255.255.255.255",
    "deny 10.1.2.3/0, deny 0.0.0.0 0.0.0.0",
    "deny 10.1.2.3 255.0.0.255, deny 10.0.0.3 255.0.0.255",
    "permit 2001:DB8::1, permit 2001:db8::1/128",
    "permit 2001:db8:ffff::/32, permit 2001:db8::/32",
    "permit 2001:db8::ffff/127, permit 2001:db8::fffe/127",
    "deny ::1/0, deny ::/0",
    "deny ::, deny ::/128",
    "permit ::ffff:10.0.0.1, permit 10.0.0.1 255.255.255.255",
    "permit ::ffff:10.1.2.3/104, permit 10.0.0.0 255.0.0.0",
    "permit ::ffff:10.1.2.3/96, permit 0.0.0.0 0.0.0.0",
    "permit ::ffff:10.1.2.3/95, permit ::fffe:0:0/95",
    "permit country SE, permit country SE",
    "deny country nO, deny country NO",
  })
  void entriesHaveOneCanonicalForm(String written, String canonical) throws BadRuleException {
    var rule = parse(written);
    assertThat(rule).hasToString(canonical).isEqualTo(parse(canonical));
    assertThat(rule.permit()).isEqualTo(written.startsWith("permit"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'access list entry is '''', expected permit or deny'",
    "allow 10.0.0.1, 'access list entry is ''allow'', expected permit or deny'",
    "Permit 10.0.0.1, 'access list entry is ''Permit'', expected permit or deny'",
    "permit, 'access list entry is ''permit'', expected permit and ADDRESS, ADDRESS MASK'",
    "deny 10.0.0.1 255.0.0.0 5, 'access list entry is ''deny 10.0.0.1 255.0.0.0 5'', expected"
        + " deny'",
    "deny 10.0.0, 'address is ''10.0.0'', expected an IPv4 address such as 192.0.2.1 or'",
    "deny localhost, 'address is ''localhost'', expected an IPv4 address'",
    "deny /8, 'address is '''', expected an IPv4 address'",
    "deny 2001:db8::g, 'address is ''2001:db8::g'', expected an IPv6 address such as 2001:db8::1'",
    "deny fe80::1%eth0/64, 'address is ''fe80::1%eth0'', expected an IPv6 address'",
    "deny 10.0.0.0/33, 'prefix length is ''33'', expected a number from 0 to 32'",
    "deny 10.0.0.0/, 'prefix length is '''', expected a number from 0 to 32'",
    "deny 10.0.0.0/08, 'prefix length is ''08'', expected a number from 0 to 32'",
    "deny 10.0.0.0/-1, 'prefix length is ''-1'', expected a number from 0 to 32'",
    "deny 10.0.0.0/8/8, 'prefix length is ''8/8'', expected a number from 0 to 32'",
    "deny 2001:db8::/129, 'prefix length is ''129'', expected a number from 0 to 128'",
    "deny 10.0.0.0 8, 'mask is ''8'', expected four numbers from 0 to 255 such as 255.255.255.0'",
    "deny 10.0.0.0 255.0.0, 'mask is ''255.0.0'', expected four numbers'",
    "deny 10.0.0.0 country, 'mask is ''country'', expected four numbers'",
    "deny 10.0.0.0/8 255.0.0.0, 'access list entry has the mask ''255.0.0.0'' after"
        + " ''10.0.0.0/8'''",
    "deny 2001:db8:: ffff::, 'access list entry has the mask ''ffff::'' after ''2001:db8::'',"
        + " expected'",
    "deny country, 'country is '''', expected two letters such as SE'",
    "deny country SWE, 'country is ''SWE'', expected two letters such as SE'",
    "deny country S, 'country is ''S'', expected two letters such as SE'",
    "deny country S1, 'country is ''S1'', expected two letters such as SE'",
    "deny country \u0131T, 'country is ''\u0131T'', expected two letters such as SE'",
    "deny country \u00df, 'country is ''\u00df'', expected two letters such as SE'",
    "deny Country SE, 'address is ''Country'', expected an IPv4 address'",
  })
  void whatIsWrongIsNamedWithWhatWasExpected(String written, String message) {
    assertThatThrownBy(() -> parse(written))
        .isInstanceOf(BadRuleException.class)
        .hasMessageStartingWith(message);
  }

  @Property
  void whateverIsParsedIsParsedAgainFromItsText(@ForAll("entries") String written)
      throws BadRuleException {
    var rule = parse(written);
    assertThat(parse(rule.toString())).isEqualTo(rule).hasSameHashCodeAs(rule);
    assertThat(parse(rule.toString())).hasToString(rule.toString());
  }

  @Property(tries = 5_000)
  void garbageIsRefusedInOneWay(@ForAll("garbage") List<String> words) {
    try {
      assertThat(parse(AccessRule.parse(words).toString())).isNotNull();
    } catch (BadRuleException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }

  private static AccessRule parse(String text) throws BadRuleException {
    return AccessRule.parse(List.of(text.split(" ", -1)));
  }

  @Provide
  Arbitrary<String> entries() {
    var ipv4 =
        Arbitraries.of(0, 1, 10, 127, 128, 255)
            .list()
            .ofSize(4)
            .map(octets -> octets.toString().replaceAll("[\\[\\] ]", "").replace(',', '.'));
    var ipv6 =
        Arbitraries.of("0", "1", "2001", "ffff", "ABCD", "8000")
            .list()
            .ofSize(8)
            .map(groups -> String.join(":", groups));
    var letter = Arbitraries.chars().range('a', 'z').range('A', 'Z').map(Object::toString);
    Arbitrary<String> subject =
        Arbitraries.oneOf(
            ipv4,
            ipv6,
            Combinators.combine(ipv4, ipv4).as((address, mask) -> address + " " + mask),
            Combinators.combine(ipv4, Arbitraries.integers().between(0, 32))
                .as((a, l) -> a + "/" + l),
            Combinators.combine(ipv6, Arbitraries.integers().between(0, 128))
                .as((a, l) -> a + "/" + l),
            ipv4.map("::ffff:"::concat),
            Combinators.combine(ipv4, Arbitraries.integers().between(0, 128))
                .as((a, l) -> "::ffff:" + a + "/" + l),
            Combinators.combine(letter, letter).as((a, b) -> "country " + a + b));
    return Combinators.combine(Arbitraries.of("permit ", "deny "), subject).as(String::concat);
  }

  @Provide
  Arbitrary<List<String>> garbage() {
    var word =
        Arbitraries.frequencyOf(
            Tuple.of(
                4,
                Arbitraries.of("permit", "deny", "country", "SE", "10.0.0.1", "::1/64", "/", "")),
            Tuple.of(2, Arbitraries.strings().withChars("0123456789abcdef:./").ofMaxLength(50)),
            Tuple.of(1, Arbitraries.strings().ofMaxLength(5_000)));
    return word.list().ofMaxSize(4);
  }
}
