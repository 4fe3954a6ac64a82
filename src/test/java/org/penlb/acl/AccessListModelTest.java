package org.penlb.acl;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/// The compiled list against a walk over its entries, as an administrator would do it.
class AccessListModelTest {
  private static final BigInteger IPV4 = BigInteger.valueOf(0xffff).shiftLeft(32);
  private static final BigInteger ALL = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);

  /// @param country null for an entry by address
  record Entry(boolean permit, BigInteger address, BigInteger mask, String country) {
    boolean matches(BigInteger client) {
      if (country != null) {
        return country.equals(AccessListModelTest.country(client.longValue()));
      }
      boolean forIpv4 = isIpv4(address.and(mask)) && mask.shiftRight(32).equals(ALL.shiftRight(32));
      return forIpv4 == isIpv4(client) && client.and(mask).equals(address.and(mask));
    }

    /// One of the forms that an administrator may choose from.
    String text() {
      var verb = permit ? "permit " : "deny ";
      if (country != null) {
        return verb + "country " + country;
      }
      int ones = mask.bitCount();
      if (!mask.equals(prefix(ones))) {
        return verb + dotted(address) + " " + dotted(mask);
      }
      return verb + colons(address) + "/" + ones;
    }
  }

  private static boolean isIpv4(BigInteger address) {
    return address.shiftRight(32).equals(IPV4.shiftRight(32));
  }

  private static BigInteger prefix(int ones) {
    return ALL.shiftRight(128 - ones).shiftLeft(128 - ones);
  }

  private static String dotted(BigInteger address) {
    int bits = address.intValue();
    return "%d.%d.%d.%d".formatted(bits >>> 24, bits >>> 16 & 255, bits >>> 8 & 255, bits & 255);
  }

  private static String colons(BigInteger address) {
    var groups = new ArrayList<String>();
    for (int shift = 112; shift >= 0; shift -= 16) {
      groups.add(Integer.toHexString(address.shiftRight(shift).intValue() & 0xffff));
    }
    return String.join(":", groups);
  }

  private static ClientAddress client(BigInteger address) {
    return ClientAddress.ofBits(address.shiftRight(64).longValue(), address.longValue());
  }

  /// Countries lie across all prefixes.
  private static String country(long bits) {
    return switch ((int) bits & 3) {
      case 0 -> "SE";
      case 1 -> "NO";
      case 2 -> "DE";
      default -> null;
    };
  }

  @Property(tries = 3_000)
  void firstMatchDecides(
      @ForAll("entries") List<Entry> entries, @ForAll("clients") List<BigInteger> others)
      throws BadRuleException {
    var rules = new ArrayList<AccessRule>();
    for (var entry : entries) {
      rules.add(AccessRule.parse(List.of(entry.text().split(" "))));
    }
    var list = AccessList.of(rules, address -> country(address.low()));
    var clients = new ArrayList<>(others);
    entries.stream().filter(entry -> entry.country() == null).forEach(e -> addEdges(e, clients));
    for (var client : clients) {
      int expected = firstMatch(entries, client);
      assertThat(list.decidingRule(client(client))).as(colons(client)).isEqualTo(expected);
      boolean permitted =
          expected >= 0
              ? entries.get(expected).permit()
              : entries.isEmpty() || !entries.getLast().permit();
      assertThat(list.permits(client(client))).as(colons(client)).isEqualTo(permitted);
    }
  }

  private static int firstMatch(List<Entry> entries, BigInteger client) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).matches(client)) {
        return i;
      }
    }
    return -1;
  }

  /// The first and the last address that an entry can match, and their neighbours.
  private static void addEdges(Entry entry, List<BigInteger> clients) {
    var first = entry.address().and(entry.mask());
    var last = first.or(ALL.xor(entry.mask()));
    clients.add(first);
    clients.add(first.subtract(BigInteger.ONE).max(BigInteger.ZERO));
    // The last of all stands for clients on Unix sockets.
    clients.add(last.min(ALL.subtract(BigInteger.ONE)));
    clients.add(last.add(BigInteger.ONE).min(ALL.subtract(BigInteger.ONE)));
  }

  @Provide
  Arbitrary<List<BigInteger>> clients() {
    return addresses().list().ofMaxSize(10);
  }

  /// Few values, so that prefixes are nested and equal, and clients in them.
  private static Arbitrary<BigInteger> addresses() {
    return Arbitraries.oneOf(ipv4(), ipv6());
  }

  private static Arbitrary<BigInteger> ipv4() {
    return number(List.of(0, 1, 10, 128, 255), 4, 8).map(IPV4::or);
  }

  private static Arbitrary<BigInteger> ipv6() {
    return number(List.of(0, 0, 1, 0x2001, 0x8000, 0xffff), 8, 16)
        .filter(address -> !address.equals(ALL));
  }

  private static Arbitrary<BigInteger> number(List<Integer> digits, int count, int bits) {
    return Arbitraries.of(digits)
        .list()
        .ofSize(count)
        .map(
            list ->
                list.stream()
                    .map(BigInteger::valueOf)
                    .reduce(BigInteger.ZERO, (n, digit) -> n.shiftLeft(bits).or(digit)));
  }

  @Provide
  Arbitrary<List<Entry>> entries() {
    var verb = Arbitraries.of(true, false);
    var ones4 = Arbitraries.integers().between(96, 128);
    var ones6 =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 128), Arbitraries.of(0, 95, 96, 97, 127, 128));
    var odd = number(List.of(0, 1, 15, 240, 255), 4, 8).map(ALL.shiftRight(32).shiftLeft(32)::or);
    return Arbitraries.frequencyOf(
            Tuple.of(
                4,
                Combinators.combine(verb, ipv4(), ones4)
                    .as((permit, at, ones) -> new Entry(permit, at, prefix(ones), null))),
            Tuple.of(
                4,
                Combinators.combine(verb, addresses(), ones6)
                    .as((permit, at, ones) -> new Entry(permit, at, prefix(ones), null))),
            Tuple.of(
                2,
                Combinators.combine(verb, ipv4(), odd)
                    .as((permit, at, mask) -> new Entry(permit, at, mask, null))),
            Tuple.of(
                1,
                Combinators.combine(verb, Arbitraries.of("SE", "NO", "FI"))
                    .as((permit, code) -> new Entry(permit, null, null, code))))
        .list()
        .ofMaxSize(30);
  }
}
