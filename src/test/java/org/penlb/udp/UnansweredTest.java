package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.Wire;

/// `udp_unanswered`: how much silence is a failure. (`Session.owesTooManyAnswers`.)
class UnansweredTest {
  private static Balancer pen(int unanswered, UdpServer... servers) throws Exception {
    var addresses = new String[servers.length];
    for (int i = 0; i < servers.length; i++) {
      addresses[i] = servers[i].address();
    }
    return Pens.before(addresses).udp(true).settings(s -> s.udpUnanswered = unanswered).start();
  }

  @Test
  void silenceIsNoFailureByDefault() throws Exception {
    try (var silent = UdpServer.silent();
        var other = UdpServer.named("other");
        var pen = pen(0, silent, other);
        var client = UdpClient.open()) {
      for (int i = 0; i < 100; i++) {
        client.send(pen, "anybody?");
      }
      Wire.await("all are there", () -> silent.received() == 100);
      assertThat(Pens.server(pen, 0).failed()).isZero();
      assertThat(other.received()).isZero();
    }
  }

  @Test
  void datagramAfterTooManyWithoutAReplyGoesElsewhereAndTheServerIsLeftOut() throws Exception {
    try (var log = LogCapture.of(SessionTable.class);
        var silent = UdpServer.silent();
        var other = UdpServer.named("other");
        var pen = pen(3, silent, other);
        var client = UdpClient.open();
        var next = UdpClient.open()) {
      for (int i = 1; i <= 3; i++) {
        client.send(pen, "anybody?");
      }
      Wire.await("three are there", () -> silent.received() == 3);
      assertThat(Pens.server(pen, 0).state()).as("it may answer yet").isEqualTo(ServerState.UP);
      assertThat(client.ask(pen, "fourth")).isEqualTo("other fourth");
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.BLACKLISTED);
      assertThat(next.server(pen)).isEqualTo("other");
      assertThat(silent.received()).isEqualTo(3);
      assertThat(log.messages())
          .containsExactly(
              "server 0 ("
                  + silent.address()
                  + "): 3 datagrams without an answer: left out for 30 s");
    }
  }

  @Test
  void replyInBetweenStartsTheCountAnew() throws Exception {
    try (var server =
            UdpServer.start(
                question -> {
                  if (question.text().equals("answer")) {
                    question.reply("here");
                  }
                });
        var other = UdpServer.named("other");
        var pen = pen(3, server, other);
        var client = UdpClient.open()) {
      for (int round = 0; round < 5; round++) {
        client.send(pen, "nothing");
        client.send(pen, "nothing");
        assertThat(client.ask(pen, "answer")).isEqualTo("here");
      }
      assertThat(server.received()).isEqualTo(15);
      assertThat(Pens.server(pen, 0).failed()).isZero();
    }
  }

  /// The loop finds the next question before it looks at the answers that came meanwhile.
  @Test
  void repliesThatWaitAlreadyCount() throws Exception {
    var clock = new HeldClock();
    var answer = new CountDownLatch(1);
    try (var server =
            UdpServer.start(
                question -> {
                  awaitLatch(answer);
                  question.reply("server " + question.text());
                });
        var other = UdpServer.named("other");
        var pen =
            Pens.withClock(clock, server.address(), other.address())
                .udp(true)
                .settings(s -> s.udpUnanswered = 2)
                .start();
        var client = UdpClient.open()) {
      client.send(pen, "1");
      client.send(pen, "2");
      Wire.await(
          "both are with the server",
          () -> server.received() == 1 && Pens.server(pen, 0).sentDatagrams() == 2);
      clock.hold();
      client.send(pen, "3");
      clock.awaitHeld();
      answer.countDown();
      Wire.await("answers", () -> server.received() == 2);
      int port = server.port();
      server.close(); // when its thread has ended the answers wait in pen's socket
      try (var again = UdpServer.start("127.0.0.1", port, UdpServer.naming("server"))) {
        clock.letGo();
        for (int i = 1; i <= 3; i++) {
          assertThat(client.text()).isEqualTo("server " + i);
        }
        assertThat(again.received()).isOne();
        assertThat(Pens.server(pen, 0).failed()).isZero();
      }
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void limitCountsWithinABatchToo() throws Exception {
    try (var silent = UdpServer.silent();
        var other = UdpServer.echo();
        var pen =
            Pens.before(silent.address(), other.address())
                .udp(true)
                .settings(s -> s.udpUnanswered = 4)
                .open();
        var client = UdpClient.open()) {
      for (int i = 0; i < 7; i++) {
        client.send(pen, "" + i);
      }
      pen.start();
      for (int i = 4; i < 7; i++) {
        assertThat(client.text()).isEqualTo("" + i);
      }
      assertThat(silent.received()).isEqualTo(4);
    }
  }

  @Test
  void limitCanBeLiftedAndSetWhileItRuns() throws Exception {
    try (var silent = UdpServer.silent();
        var other = UdpServer.named("other");
        var pen = pen(2, silent, other);
        var client = UdpClient.open()) {
      Pens.changeSettings(pen, s -> s.udpUnanswered = 0);
      for (int i = 0; i < 5; i++) {
        client.send(pen, "anybody?");
      }
      Wire.await("all are there", () -> silent.received() == 5);
      assertThat(Pens.server(pen, 0).failed()).isZero();
      Pens.changeSettings(pen, s -> s.udpUnanswered = 5);
      assertThat(client.server(pen)).isEqualTo("other");
    }
  }

  // ---- silence towards one client alone -------------------------------------------------------

  /// Whoever writes another's address on a few datagrams could have servers left out otherwise.
  @Test
  void serverThatAnswersOthersIsNotBlamed() throws Exception {
    try (var server = UdpServer.start(UnansweredTest::answerQuestions);
        var other = UdpServer.echo();
        var pen = pen(2, server, other);
        var client = UdpClient.open();
        var witness = UdpClient.open()) {
      client.send(pen, "one");
      client.send(pen, "two");
      Wire.await("both are there", () -> server.received() == 2);
      assertThat(witness.ask(pen, "who?")).isEqualTo("server who?");
      assertThat(client.ask(pen, "three")).as("from elsewhere").isEqualTo("three");
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.UP);
      assertThat(Pens.server(pen, 0).failed()).isZero();
    }
  }

  @Test
  void onlyServerThatAnswersOthersIsGoneOnWith() throws Exception {
    try (var server = UdpServer.start(UnansweredTest::answerQuestions);
        var pen = pen(2, server);
        var client = UdpClient.open();
        var witness = UdpClient.open()) {
      client.send(pen, "one");
      client.send(pen, "two");
      Wire.await("both are there", () -> server.received() == 2);
      assertThat(witness.ask(pen, "who?")).isEqualTo("server who?");
      assertThat(client.ask(pen, "and me?")).isEqualTo("server and me?");
      assertThat(Pens.service(pen).drops()).isEmpty();
    }
  }

  private static void answerQuestions(UdpServer.Question question) throws java.io.IOException {
    if (question.text().endsWith("?")) {
      question.reply("server " + question.text());
    }
  }
}
