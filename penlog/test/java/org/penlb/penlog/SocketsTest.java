package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.unix.Datagrams;

/// The sockets of both tools, with the system's calls for many datagrams and without.
final class SocketsTest {
  private static final InetSocketAddress ANY = new InetSocketAddress(0);

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Trouble trouble =
      new Trouble(new Words("penlog", new PrintStream(said, true), null), "there");

  private static int port(Inbox inbox) throws Exception {
    return ((InetSocketAddress) inbox.address()).getPort();
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private static void add(Outbox outbox, String line) {
    var bytes = ("xx" + line).getBytes(ISO_8859_1);
    outbox.add(bytes, 2, bytes.length - 2);
  }

  private static List<String> receive(Inbox inbox, int count) throws Exception {
    var bytes = new byte[Datagrams.ROOM];
    var texts = new ArrayList<String>();
    while (texts.size() < count) {
      inbox.await(20_000);
      int some = inbox.receive();
      assertThat(some).isPositive();
      for (int i = 0; i < some; i++) {
        texts.add(
            new Address(inbox.senderHigh(i), inbox.senderLow(i)).equals(Address.parse("127.0.0.9"))
                ? new String(bytes, 0, inbox.copy(i, bytes), ISO_8859_1)
                : "from somebody else");
      }
    }
    return texts;
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void linesArriveOneByOneInTheirOrder(boolean manyOut, boolean manyIn) throws Exception {
    try (var inbox = Inbox.open(ANY, manyIn);
        var outbox =
            Outbox.open(
                at("127.0.0.1", port(inbox)),
                InetAddress.ofLiteral("127.0.0.9"),
                trouble,
                manyOut)) {
      var lines = new ArrayList<String>();
      for (int i = 0; i < 150; i++) {
        lines.add("line " + i + "x".repeat(i % 10 == 0 ? 8000 : 0) + "\n");
        add(outbox, lines.getLast());
      }
      outbox.flush();
      assertThat(receive(inbox, 150)).isEqualTo(lines);
      inbox.await(1);
      assertThat(inbox.receive()).isZero();
    }
    assertThat(said.toString(ISO_8859_1)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void oneSocketHearsBothFamilies(boolean many) throws Exception {
    try (var inbox = Inbox.open(ANY, many)) {
      for (var host : List.of("127.0.0.1", "::1")) {
        try (var outbox = Outbox.open(at(host, port(inbox)), null, trouble, many)) {
          add(outbox, "hello\n");
          outbox.flush();
          inbox.await(20_000);
          assertThat(inbox.receive()).isEqualTo(1);
          assertThat(new Address(inbox.senderHigh(0), inbox.senderLow(0)))
              .isEqualTo(Address.parse(host));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void refusalsAreCountedAndToldOnce(boolean many) throws Exception {
    int port;
    try (var inbox = Inbox.open(ANY, many)) {
      port = port(inbox);
    }
    try (var outbox = Outbox.open(at("127.0.0.9", port), null, trouble, many)) {
      for (int i = 0; i < 200; i++) {
        add(outbox, "line\n");
        outbox.flush();
      }
    }
    assertThat(trouble.refused).isBetween(100L, 200L);
    assertThat(said.toString(ISO_8859_1).lines())
        .containsExactly("penlog: there: lines 1 lost, as nobody listens there");
    trouble.tell();
    assertThat(said.toString(ISO_8859_1).lines()).hasSize(2);
    trouble.tell();
    assertThat(said.toString(ISO_8859_1).lines()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void theRefusalOfTheLastLineIsCounted(boolean many) throws Exception {
    int port;
    try (var inbox = Inbox.open(ANY, many)) {
      port = port(inbox);
    }
    try (var outbox = Outbox.open(at("127.0.0.9", port), null, trouble, many)) {
      outbox.countRefusals();
      assertThat(trouble.refused).isZero();
      add(outbox, "line\n");
      outbox.flush();
      outbox.countRefusals();
      outbox.countRefusals();
    }
    assertThat(trouble.refused).isEqualTo(1);
    assertThat(trouble.failed).isZero();
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, ::1", "::1, 127.0.0.1"})
  void addressesOfTwoFamiliesAreSaidToBe(String host, String local) {
    assertThatThrownBy(() -> Outbox.open(at(host, 9), InetAddress.ofLiteral(local), trouble, false))
        .hasMessageStartingWith("cannot send to ")
        .hasMessageEndingWith(": one is an IPv4 address and the other an IPv6 one");
  }

  @Test
  void aWakeUpEndsTheWait() throws Exception {
    try (var inbox = Inbox.open(ANY)) {
      var waiting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      inbox.await(0);
                    } catch (java.io.IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      inbox.wakeUp();
      await().until(() -> !waiting.isAlive());
      assertThat(inbox.receive()).isZero();
    }
  }

  @Property(tries = 100)
  void whatIsShownHasNoControlCharacters(@ForAll String text) {
    assertThat(Words.printable(text)).doesNotMatch("(?s).*\\p{Cntrl}.*");
  }
}
