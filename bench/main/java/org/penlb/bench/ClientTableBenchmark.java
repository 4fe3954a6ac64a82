package org.penlb.bench;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Client;
import org.penlb.balance.ClientTable;

/// What does a connection cost in a client table that is full, and does it depend on its size?
///
/// Owned by: shared (JMH's threads, after the set-up).
///
/// With classic pen a new client costs a walk over the whole table. What grows here with the size
/// is misses of the processor's caches, not steps.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClientTableBenchmark {
  @Param({"2048", "65536", "1000000"})
  int slots;

  private final AtomicInteger newest = new AtomicInteger();
  private ClientAddress[] known;
  private ClientTable table;

  @Setup
  public void fill() {
    table = new ClientTable(slots, Duration.ZERO);
    known = new ClientAddress[slots];
    for (int i = 0; i < slots; i++) {
      known[i] = nextAddress();
      table.visit(known[i], i);
    }
  }

  private ClientAddress nextAddress() {
    byte[] bytes = ByteBuffer.allocate(4).putInt(newest.incrementAndGet()).array();
    try {
      return ClientAddress.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /// The table forgets the oldest client for each; the new address is part of the cost.
  @Benchmark
  public Client newClient() {
    return table.visit(nextAddress(), 1);
  }

  @Benchmark
  public Client returningClient() {
    return table.visit(known[ThreadLocalRandom.current().nextInt(known.length)], 1);
  }
}
