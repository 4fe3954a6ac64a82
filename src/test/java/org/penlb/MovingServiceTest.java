package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.acl.AccessRule;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.tcp.Wire;

/// A running pen whose configuration says that it listens elsewhere. (`RunningService.Change`.)
class MovingServiceTest {
  private ServerSocket server;
  private Balancer pen;

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 500, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofPlatform().daemon(true).start(this::answer);
    var address = "0.0.0.0:" + Wire.freePort(); // it is to come back there
    pen = Balancer.builder().configuration(listeningOn(address)).loops(2).start();
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
  }

  /// One byte for each client.
  private void answer() {
    try {
      while (true) {
        try (var client = server.accept()) {
          client.getOutputStream().write('x');
        }
      }
    } catch (IOException e) {
      // closed: the test is over
    }
  }

  private ServiceConfig service(String listen) throws Exception {
    var spec = ServerSpec.parse("127.0.0.1:" + server.getLocalPort(), -1);
    return new ServiceConfig(
        "main",
        false,
        List.of(Endpoint.parse(listen)),
        List.of(spec),
        null,
        null,
        Settings.DEFAULT,
        null);
  }

  private Configuration listeningOn(String address) throws Exception {
    var lists = Collections.nCopies(10, List.<AccessRule>of());
    return new Configuration(List.of(service(address)), lists, 0, -1, 0, null, null);
  }

  private void listen(String address) throws Exception {
    pen.apply(listeningOn(address));
  }

  private static void visit(String host, int port) throws IOException {
    try (var client = new Socket()) {
      client.setSoTimeout(20_000);
      client.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), 20_000);
      if (client.getInputStream().read() != 'x') {
        throw new IOException("no answer");
      }
      client.setSoLinger(true, 0); // leaves no port in TIME_WAIT
    }
  }

  @Test
  void clientsOfAnAddressThatIsListenedOnThroughoutNoticeNothing() throws Exception {
    int port = pen.port();
    var failure = new AtomicReference<IOException>();
    var visits = new AtomicInteger();
    var visitor =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!Thread.currentThread().isInterrupted()) {
                      visit("127.0.0.1", port);
                      visits.incrementAndGet();
                      LockSupport.parkNanos(1_000_000);
                    }
                  } catch (IOException e) {
                    failure.set(e);
                  }
                });
    for (int i = 0; i < 10; i++) {
      for (var host : List.of("127.0.0.1", "0.0.0.0")) {
        listen(host + ":" + port);
        int before = visits.get();
        Awaitility.await().until(() -> visits.get() >= before + 10 || failure.get() != null);
      }
    }
    visitor.interrupt();
    visitor.join();
    assertThat(failure.get()).isNull();
  }

  @Test
  void addressThatIsLeftBetweenTwoMovesIsNoObstacle() throws Exception {
    int port = pen.port();
    listen("127.0.0.1:" + port);
    listen("127.0.0.2:" + port); // the first listener, on all addresses, has hardly stepped aside
    visit("127.0.0.2", port);
    assertThatThrownBy(() -> visit("127.0.0.1", port)).isInstanceOf(ConnectException.class);
    listen("0.0.0.0:" + port);
    visit("127.0.0.1", port);
  }

  @Test
  void portThatIsLeftForAnotherIsFreeAtOnce() throws Exception {
    int port = pen.port();
    listen("127.0.0.1:0");
    visit("127.0.0.1", pen.port());
    try (var other = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(other.isBound()).isTrue();
    }
    listen("0.0.0.0:" + port);
    visit("127.0.0.1", port);
  }

  @Test
  void nothingChangesWhenTheNewAddressIsTaken() throws Exception {
    int port = pen.port();
    try (var other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      int taken = other.getLocalPort();
      assertThatThrownBy(() -> listen("127.0.0.1:" + taken))
          .hasMessage("cannot listen on 127.0.0.1:" + taken + ": Address already in use");
    }
    visit("127.0.0.1", port);
    assertThat(pen.port()).isEqualTo(port);
    assertThat(pen.awaitIdle(Duration.ofSeconds(20))).isTrue();
  }
}
