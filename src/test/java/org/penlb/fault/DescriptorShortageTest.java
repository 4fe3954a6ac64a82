package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// pen with some 64 descriptors, of which a connection takes two, and 200 clients. An odd number
/// and an even one: the last descriptor goes to a client that then has none for its server, or the
/// next client cannot be accepted.
class DescriptorShortageTest {
  private static final int CLIENTS = 200;
  private final AtomicInteger served = new AtomicInteger();
  private final CountDownLatch leave = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());

  @AfterEach
  void stopClients() {
    threads.shutdownNow();
  }

  private static List<String> limit(int descriptors) {
    return List.of("sh", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "pen");
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65})
  void clientsWaitAndAreServedAsOthersLeaveAndNobodyIsBlamed(int descriptors) throws Exception {
    try (var server = LineServer.start("server");
        var other = LineServer.start("other");
        var pen = start(descriptors, server, other)) {
      int port = pen.port();
      var clients = new ArrayList<Future<?>>();
      for (int i = 0; i < CLIENTS; i++) {
        var from = "127.0.5." + (1 + i);
        clients.add(threads.submit(() -> stay(from, port)));
      }
      await()
          .atMost(PenProcess.PATIENCE)
          .until(() -> pen.err().contains("Too many open files") && served.get() > 5);
      assertThat(pen.cpuOver(2)).as("processors kept busy").isLessThan(0.2);
      assertThat(served.get()).as("no room for all").isLessThan(CLIENTS / 2);

      leave.countDown();
      for (var client : clients) {
        client.get(20, TimeUnit.SECONDS);
      }
      assertThat(served.get()).isEqualTo(CLIENTS);
      assertThat(pen.err()).doesNotContain("left out").doesNotContain("ERROR");
      assertThat(lines(pen.err(), "Too many open files")).isOne();
    }
  }

  private static PenProcess start(int descriptors, LineServer... servers) throws Exception {
    var words = new ArrayList<>(List.of("-f", "--loops", "1", "-t", "1", "127.0.0.1:0"));
    for (var server : servers) {
      words.add(server.spec());
    }
    return PenProcess.start(limit(descriptors), words.toArray(String[]::new));
  }

  /// The first ones stay until the measurement is over.
  private Void stay(String from, int port) throws Exception {
    try (var client = LineClient.from(from, port)) {
      client.server();
      served.incrementAndGet();
      leave.await();
      client.server();
    }
    return null;
  }

  private static int lines(String text, String with) {
    return (int) Pattern.compile(Pattern.quote(with)).matcher(text).results().count();
  }
}
