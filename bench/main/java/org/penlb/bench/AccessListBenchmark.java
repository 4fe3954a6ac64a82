package org.penlb.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.penlb.acl.AccessList;
import org.penlb.acl.AccessRule;
import org.penlb.acl.BadAddressException;
import org.penlb.acl.BadRuleException;
import org.penlb.acl.ClientAddress;
import org.penlb.acl.CountryLookup;

/// What does an access list cost each new client, and does it depend on the number of entries?
///
/// Owned by: shared (JMH's threads, after the set-up).
///
/// Entries are random networks, half of them IPv4 (16 to 32 bits), half IPv6 (32 to 64 bits).
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessListBenchmark {
  /// A power of two, and more than fit into the nearest cache.
  private static final int CLIENTS = 4096;

  @Param({"10", "100", "10000"})
  int entries;

  private final Random random = new Random(1);
  private final ClientAddress[] hits4 = new ClientAddress[CLIENTS];
  private final ClientAddress[] hits6 = new ClientAddress[CLIENTS];
  private final ClientAddress[] misses4 = new ClientAddress[CLIENTS];
  private final ClientAddress[] misses6 = new ClientAddress[CLIENTS];
  private List<AccessRule> rules;
  private AccessList list;
  private int next;

  @Setup
  public void fill() throws BadRuleException, BadAddressException {
    var addresses = new ArrayList<ClientAddress>();
    rules = new ArrayList<>();
    for (int i = 0; i < entries; i++) {
      var address = i % 2 == 0 ? ipv4() : ipv6();
      addresses.add(address);
      int length = address.isIpv4() ? 16 + random.nextInt(17) : 32 + random.nextInt(33);
      rules.add(AccessRule.parse(List.of("deny", address + "/" + length)));
    }
    list = AccessList.of(rules, CountryLookup.NONE);
    for (int i = 0; i < CLIENTS; i++) {
      hits4[i] = addresses.get(2 * random.nextInt(entries / 2));
      hits6[i] = addresses.get(2 * random.nextInt(entries / 2) + 1);
      do {
        misses4[i] = ipv4();
      } while (!list.permits(misses4[i]));
      do {
        misses6[i] = ipv6();
      } while (!list.permits(misses6[i]));
    }
  }

  private ClientAddress ipv4() throws BadAddressException {
    int bits = random.nextInt();
    return ClientAddress.parse(
        "%d.%d.%d.%d".formatted(bits >>> 24, bits >>> 16 & 255, bits >>> 8 & 255, bits & 255));
  }

  /// In 2000::/3.
  private ClientAddress ipv6() throws BadAddressException {
    int bits = random.nextInt();
    return ClientAddress.parse(
        "%x:%x:%x:%x::1"
            .formatted(
                0x2000 | bits >>> 19,
                bits & 0xffff,
                random.nextInt(65_536),
                random.nextInt(65_536)));
  }

  @Benchmark
  public boolean hitIpv4() {
    return list.permits(hits4[next++ & (CLIENTS - 1)]);
  }

  @Benchmark
  public boolean hitIpv6() {
    return list.permits(hits6[next++ & (CLIENTS - 1)]);
  }

  @Benchmark
  public boolean missIpv4() {
    return list.permits(misses4[next++ & (CLIENTS - 1)]);
  }

  @Benchmark
  public boolean missIpv6() {
    return list.permits(misses6[next++ & (CLIENTS - 1)]);
  }

  /// Once for each change of the configuration, after the entries have been parsed.
  @Benchmark
  public AccessList compile() {
    return AccessList.of(rules, CountryLookup.NONE);
  }
}
