package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.Balancer;
import org.penlb.tcp.Wire;

/// A port that somebody listens on. The kernel goes by the user and not by the process, so a second
/// balancer in this process is like a second pen of this user.
class PortExclusivityTest {
  private static final int ROUNDS = 20;

  private static Balancer open(String host, int port) throws Exception {
    return Balancer.builder().listen(host + ":" + port).server("127.0.0.1:9").loops(2).open();
  }

  @Test
  void otherProgramOnThePortIsAnErrorInOneLine() throws Exception {
    try (var other = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        var pen = PenProcess.start("-f", "127.0.0.1:" + other.getLocalPort(), "127.0.0.1:9")) {
      assertThat(pen.status()).isEqualTo(1);
      assertThat(pen.err().strip())
          .isEqualTo(
              "pen: cannot listen on 127.0.0.1:"
                  + other.getLocalPort()
                  + ": Address already in use");
    }
  }

  @Test
  void otherPenOnThePortIsAnErrorInOneLine() throws Exception {
    try (var first = PenProcess.start("-f", "127.0.0.1:0", "127.0.0.1:9");
        var second = PenProcess.start("-f", "127.0.0.1:" + first.port(), "127.0.0.1:9")) {
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.err().strip())
          .isEqualTo(
              "pen: cannot listen on 127.0.0.1:" + first.port() + ": Address already in use");
      assertThat(first.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "0.0.0.0, 127.0.0.1",
    "127.0.0.1, 0.0.0.0",
    "[::], 127.0.0.1",
    "127.0.0.1, [::]",
    "[::], 0.0.0.0",
    "0.0.0.0, [::]",
    "[::], [::1]",
    "[::1], [::]"
  })
  void addressesThatOverlapAreAnErrorInBothOrders(String first, String second) throws Exception {
    if ((first + second).contains("[")) {
      LineServer.needIpv6();
    }
    try (var one = open(first, 0)) {
      assertThatThrownBy(() -> open(second, one.port()))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot listen on " + second + ":" + one.port() + ": Address already in use");
      one.start();
      assertThatThrownBy(() -> open(second, one.port())).hasMessageContaining("in use");
    }
  }

  @Test
  void samePortOnAnotherAddressIsNoConflict() throws Exception {
    try (var one = open("127.0.7.1", 0);
        var two = open("127.0.7.2", one.port())) {
      assertThat(two.port()).isEqualTo(one.port());
    }
  }

  @Test
  void ofPensThatStartAtTheSameInstantExactlyOneWins() throws Exception {
    var threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(winners(threads, Wire.freePort())).as("winners of round " + round).isOne();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int winners(ExecutorService threads, int port) throws Exception {
    var start = new CyclicBarrier(2);
    var winners = new ArrayList<Balancer>();
    Callable<Balancer> opening =
        () -> {
          start.await(10, TimeUnit.SECONDS);
          try {
            return open("127.0.0.1", port);
          } catch (IOException e) {
            assertThat(e).hasMessageContaining("Address already in use");
            return null;
          }
        };
    var one = threads.submit(opening);
    var two = threads.submit(opening);
    for (var candidate : new Balancer[] {one.get(), two.get()}) {
      if (candidate != null) {
        winners.add(candidate);
      }
    }
    winners.forEach(Balancer::close);
    return winners.size();
  }

  @Test
  void takeoverStartsBesideAPen() throws Exception {
    try (var server = LineServer.start("server");
        var old = Balancer.builder().listen("127.0.0.1:0").server(server.spec()).start()) {
      try (var _ =
          Balancer.builder()
              .listen("127.0.0.1:" + old.port())
              .server(server.spec())
              .takeover(true)
              .start()) {
        int port = old.port();
        old.close();
        for (int i = 1; i < 20; i++) {
          assertThat(LineClient.serverOf("127.0.7." + i, port)).isEqualTo("server");
        }
      }
    }
  }

  @Test
  void takeoverFromAnotherProgramIsAnError() throws Exception {
    try (var other = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
      var builder =
          Balancer.builder()
              .listen("127.0.0.1:" + other.getLocalPort())
              .server("127.0.0.1:9")
              .takeover(true);
      assertThatThrownBy(builder::open).hasMessageContaining("Address already in use");
    }
  }
}
