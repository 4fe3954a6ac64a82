package org.penlb.bench;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
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
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Candidates;
import org.penlb.balance.Client;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.Algorithm;
import org.penlb.config.BadSettingException;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;

/// What does the choice of a server cost, for each algorithm and number of servers?
///
/// Owned by: shared (JMH's threads, after the set-up).
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class PolicyBenchmark {
  @Param({"ROUNDROBIN", "PRIO", "WEIGHT", "HASH", "LEASTCONN", "RANDOM"})
  String algorithm;

  @Param({"2", "50", "500"})
  int servers;

  private Service service;
  private Client client;

  @Setup
  public void open() throws BadSettingException {
    var loopback = InetAddress.getLoopbackAddress();
    var table = new ArrayList<Server>();
    for (int slot = 0; slot < servers; slot++) {
      var spec = ServerSpec.parse("127.0.0.1:" + (10_000 + slot) + ":0:0:10:" + slot, -1);
      table.add(new Server(slot, spec, loopback));
    }
    var settings = new Settings.Builder();
    if (!algorithm.equals("ROUNDROBIN")) {
      settings.algorithms.add(Algorithm.valueOf(algorithm));
    }
    service =
        new Service(
            "bench",
            settings.build(),
            new ServerTable(table, null, null),
            new ClientTable(1, Duration.ZERO));
    client = service.remember(ClientAddress.of(loopback), 1);
  }

  /// For a client that is new: no server has been noted for it.
  @Benchmark
  public Server choose() {
    var server = new Candidates(service, client, client.address(), 1).next(1);
    server.release();
    return server;
  }
}
