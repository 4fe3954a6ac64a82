package org.penlb.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AccessListTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final CountryLookup NEVER_ASKED =
      address -> {
        throw new AssertionError(address);
      };

  static AccessList list(CountryLookup countries, String... entries) throws BadRuleException {
    var rules = new ArrayList<AccessRule>();
    for (var entry : entries) {
      rules.add(AccessRule.parse(List.of(entry.split(" "))));
    }
    return AccessList.of(rules, countries);
  }

  private static AccessList list(String... entries) throws BadRuleException {
    return list(NEVER_ASKED, entries);
  }

  private static ClientAddress address(String text) throws BadAddressException {
    return ClientAddress.parse(text);
  }

  private static boolean permits(AccessList list, String address) throws BadAddressException {
    return list.permits(address(address));
  }

  @Test
  void emptyListPermitsEverybody() throws Exception {
    assertThat(permits(AccessList.EMPTY, "192.0.2.1")).isTrue();
    assertThat(permits(AccessList.EMPTY, "2001:db8::1")).isTrue();
    assertThat(AccessList.EMPTY.permits(ClientAddress.UNIX)).isTrue();
    assertThat(AccessList.EMPTY.decidingRule(address("::1"))).isEqualTo(-1);
    assertThat(AccessList.EMPTY.isEmpty()).isTrue();
  }

  @Test
  void firstMatchDecides() throws Exception {
    var list =
        list("deny 10.1.0.0/16", "permit 10.0.0.0/8", "deny 10.1.2.0/24", "deny 10.2.0.0/16");
    assertThat(permits(list, "10.1.2.3")).isFalse();
    assertThat(list.decidingRule(address("10.1.2.3"))).isZero();
    assertThat(permits(list, "10.2.0.1")).isTrue();
    assertThat(list.decidingRule(address("10.2.0.1"))).isOne();
    assertThat(list.decidingRule(address("11.0.0.0"))).isEqualTo(-1);
  }

  @Test
  void whomNoEntryMatchesGetsTheOppositeOfTheLast() throws Exception {
    assertThat(permits(list("permit 10.0.0.1"), "10.0.0.2")).isFalse();
    assertThat(permits(list("deny 10.0.0.1"), "10.0.0.2")).isTrue();
    assertThat(permits(list("permit 10.0.0.1", "deny 10.0.0.3"), "10.0.0.2")).isTrue();
  }

  @Test
  void theLastEntryCountsForTheOtherFamilyToo() throws Exception {
    assertThat(permits(list("deny 10.0.0.1", "permit 2001:db8::/32"), "10.0.0.2")).isFalse();
    assertThat(permits(list("permit 2001:db8::/32", "deny 10.0.0.1"), "2001:db9::")).isTrue();
    var last = list(_ -> null, "deny 10.0.0.1", "permit country SE");
    assertThat(permits(last, "10.0.0.2")).isFalse();
    assertThat(permits(last, "2001:db8::1")).isFalse();
  }

  @Test
  void prefixesOfIpv6DoNotConcernIpv4Clients() throws Exception {
    var list = list("deny ::/0", "deny ::/80", "deny ::ffff:0:0/95", "permit 10.0.0.1");
    assertThat(permits(list, "::1")).isFalse();
    assertThat(permits(list, "2001:db8::1")).isFalse();
    assertThat(permits(list, "10.0.0.1")).isTrue();
    assertThat(list.decidingRule(address("10.0.0.2"))).isEqualTo(-1);
  }

  @Test
  void entriesForIpv4DoNotConcernIpv6Clients() throws Exception {
    var list = list("deny 0.0.0.0/0", "deny 0.0.0.0 0.0.0.1");
    assertThat(permits(list, "255.0.0.1")).isFalse();
    assertThat(permits(list, "::1")).isTrue();
    assertThat(permits(list, "::fffe:ffff:ffff")).isTrue();
    assertThat(permits(list, "::1:0:0:0")).isTrue();
  }

  @Test
  void mappedEntriesAreForIpv4Clients() throws Exception {
    var list = list("deny ::ffff:10.0.0.0/104");
    assertThat(permits(list, "10.255.255.255")).isFalse();
    assertThat(permits(list, "::ffff:10.0.0.1")).isFalse();
    assertThat(permits(list, "11.0.0.0")).isTrue();
  }

  @Test
  void bitsOfAMaskMayLieAnywhere() throws Exception {
    var list = list("deny 10.0.0.7 255.0.0.255", "permit 10.1.0.0/16", "deny 0.0.0.1 0.0.0.1");
    assertThat(permits(list, "10.200.100.7")).isFalse();
    assertThat(permits(list, "10.1.100.7")).isFalse();
    assertThat(permits(list, "10.1.100.9")).isTrue();
    assertThat(permits(list, "10.2.100.9")).isFalse();
    assertThat(list.decidingRule(address("10.2.100.8"))).isEqualTo(-1);
  }

  @Test
  void endsOfTheAddressesBelongToTheirPrefixes() throws Exception {
    var list = list("deny 255.255.255.255", "deny 0.0.0.0", "deny ffff::/16", "deny ::/127");
    assertThat(permits(list, "255.255.255.255")).isFalse();
    assertThat(permits(list, "255.255.255.254")).isTrue();
    assertThat(permits(list, "0.0.0.0")).isFalse();
    assertThat(permits(list, "0.0.0.1")).isTrue();
    assertThat(permits(list, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isFalse();
    assertThat(permits(list, "fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isTrue();
    assertThat(permits(list, "::")).isFalse();
    assertThat(permits(list, "::2")).isTrue();
  }

  @Test
  void clientsOnUnixSocketsAreAlwaysPermitted() throws Exception {
    var list = list("deny 0.0.0.0/0", "deny ::/0", "deny country SE", "permit 10.0.0.1");
    assertThat(list.permits(ClientAddress.UNIX)).isTrue();
    assertThat(list.decidingRule(ClientAddress.UNIX)).isEqualTo(-1);
    assertThat(list.permits(ClientAddress.UNIX.prefix(0, 0))).isTrue();
  }

  @Test
  void countriesAreAskedForWhereTheyMayDecide() throws Exception {
    var asked = new ArrayList<ClientAddress>();
    CountryLookup countries =
        address -> {
          asked.add(address);
          return address.isIpv4() ? "SE" : null;
        };
    var list =
        list(countries, "permit 10.0.0.1", "deny country NO", "deny country SE", "permit ::/0");
    assertThat(list.usesCountries()).isTrue();
    assertThat(permits(list, "10.0.0.1")).isTrue();
    assertThat(asked).isEmpty();
    assertThat(list.decidingRule(address("10.0.0.2"))).isEqualTo(2);
    assertThat(list.decidingRule(address("2001:db8::1"))).isEqualTo(3);
    assertThat(asked).containsExactly(address("10.0.0.2"), address("2001:db8::1"));
  }

  @Test
  void withoutADatabaseNobodyIsInAnyCountry() throws Exception {
    var list = list(CountryLookup.NONE, "deny country SE");
    assertThat(list.usesCountries()).isTrue();
    assertThat(permits(list, "10.0.0.1")).isTrue();
    assertThat(list("deny ::/0").usesCountries()).isFalse();
  }

  @Test
  void answersThatAreNoCodesAreNoCountry() throws Exception {
    for (var answer : List.of("", "S", "se", "SWE", "S{", "@E", "\u00c5X")) {
      var list = list(_ -> answer, "deny country AA", "deny country SE", "deny country ZZ");
      assertThat(list.decidingRule(address("10.0.0.1"))).as(answer).isEqualTo(-1);
    }
  }

  @Test
  void listsKeepTheirEntriesWhateverBecomesOfTheGivenOnes() throws Exception {
    var rules = new ArrayList<>(list("deny 10.0.0.1", "permit country SE").rules());
    var list = AccessList.of(rules, CountryLookup.NONE);
    rules.clear();
    assertThat(list.rules())
        .hasToString("[deny 10.0.0.1 255.255.255.255, permit country SE]")
        .isUnmodifiable();
  }

  @Test
  void thereAreTenLists() throws Exception {
    assertThat(AccessLists.OPEN.lists()).hasSize(10).containsOnly(AccessList.EMPTY);
    var lists = new ArrayList<>(AccessLists.OPEN.lists());
    lists.set(9, list("deny 10.0.0.1"));
    var ten = new AccessLists(lists);
    assertThat(ten.permits(9, address("10.0.0.1"))).isFalse();
    assertThat(ten.permits(8, address("10.0.0.1"))).isTrue();
    assertThatThrownBy(() -> new AccessLists(Collections.nCopies(11, AccessList.EMPTY)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// All prefixes of one address, many networks in most of them, and many entries for the same.
  /// Where the work for an entry grows with those around or equal to it, this takes minutes.
  @Test
  void nestedPrefixesAreBuiltAtOnce() throws Exception {
    var random = new Random(1);
    var rules = new ArrayList<AccessRule>();
    for (int i = 0; i < 100_000; i++) {
      int bits = random.nextInt();
      var network =
          i % 2 == 0
              ? "2001:db8:%x::%x/%d".formatted(bits >>> 16, i % 10_000, 32 + i % 97)
              : "%d.%d.0.0/%d".formatted(bits >>> 24, bits >>> 16 & 255, i % 33);
      rules.add(AccessRule.parse(List.of("permit", network)));
    }
    for (int length = 128; length >= 0; length--) {
      rules.add(AccessRule.parse(List.of("deny", "2001:db8::/" + length)));
    }
    // Of this thread alone: other work on the machine does not count.
    long start = THREADS.getCurrentThreadCpuTime();
    var list = AccessList.of(rules, NEVER_ASKED);
    assertThat(THREADS.getCurrentThreadCpuTime() - start).isLessThan(5_000_000_000L);
    assertThat(permits(list, "2001:db9::")).isFalse();
  }

  @Test
  void lookUpsCostNoMemory() throws Exception {
    var list =
        list(
            _ -> "SE",
            "deny country NO",
            "deny 10.0.0.0 255.0.0.3",
            "deny 2001:db8::/32",
            "deny 10.0.0.0/9");
    var addresses = List.of(address("10.0.0.1"), address("2001:db8::1"), address("11.0.0.1"));
    long permitted = count(list, addresses);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    permitted += count(list, addresses);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    // Measuring itself allocates a little.
    assertThat(allocated).isLessThan(1_000);
    assertThat(permitted).isEqualTo(2_000);
  }

  private static long count(AccessList list, List<ClientAddress> addresses) {
    long permitted = 0;
    for (int i = 0; i < 1_000; i++) {
      for (int j = 0; j < addresses.size(); j++) {
        permitted += list.permits(addresses.get(j)) ? 1 : 0;
      }
    }
    return permitted;
  }
}
