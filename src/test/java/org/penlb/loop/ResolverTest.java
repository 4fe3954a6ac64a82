package org.penlb.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ResolverTest {
  private static final Duration OFTEN = Duration.ofMillis(1);

  /// A name service that has an answer only when a test gives one: a look-up waits for it. So a
  /// second answer that is taken proves that the first has been dealt with.
  private static final class Answers implements Resolver.Lookup {
    private final BlockingQueue<List<InetAddress>> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    @Override
    public List<InetAddress> addresses(String host) throws UnknownHostException {
      asked.add(host);
      List<InetAddress> answer;
      try {
        answer = answers.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (answer.isEmpty()) {
        throw new UnknownHostException(host);
      }
      return answer;
    }

    void give(String... addresses) throws InterruptedException {
      assertThat(asked.poll(10, TimeUnit.SECONDS)).isEqualTo("web1");
      answers.add(list(addresses));
    }

    /// Returns when what was given before has had its effect.
    void settle() throws InterruptedException {
      assertThat(asked.poll(10, TimeUnit.SECONDS)).isEqualTo("web1");
      asked.add("web1");
    }
  }

  private static List<InetAddress> list(String... addresses) {
    return Stream.of(addresses).map(InetAddress::ofLiteral).toList();
  }

  private final Answers answers = new Answers();
  private final Resolver resolver = new Resolver(answers);
  private final AtomicReference<InetAddress> inUse =
      new AtomicReference<>(InetAddress.ofLiteral("192.0.2.1"));

  @AfterEach
  void close() {
    resolver.close();
  }

  private void watch() {
    var _ = resolver.watch("web1", OFTEN, inUse::get, inUse::set);
  }

  @Test
  void anotherOrderOfAddressesIsNoMove() throws Exception {
    watch();
    answers.give("192.0.2.2", "192.0.2.1");
    answers.settle();
    assertThat(inUse.get()).isEqualTo(InetAddress.ofLiteral("192.0.2.1"));
  }

  @Test
  void movesToTheFirstAddressWhenItsOwnIsGone() throws Exception {
    watch();
    answers.give("2001:db8::2", "192.0.2.3");
    answers.settle();
    assertThat(inUse.get()).isEqualTo(InetAddress.ofLiteral("2001:db8::2"));
  }

  @Test
  void failedLookUpKeepsTheAddressAndTheWatch() throws Exception {
    watch();
    answers.give();
    answers.settle();
    assertThat(inUse.get()).isEqualTo(InetAddress.ofLiteral("192.0.2.1"));
    answers.give("192.0.2.9");
    answers.settle();
    assertThat(inUse.get()).isEqualTo(InetAddress.ofLiteral("192.0.2.9"));
  }

  @Test
  void defectOfTheListenerKeepsTheWatch() throws Exception {
    var _ =
        resolver.watch(
            "web1",
            OFTEN,
            inUse::get,
            address -> {
              inUse.set(address);
              throw new IllegalStateException("on purpose");
            });
    answers.give("192.0.2.8");
    answers.settle();
    answers.give("192.0.2.9");
    answers.settle();
    assertThat(inUse.get()).isEqualTo(InetAddress.ofLiteral("192.0.2.9"));
  }

  @Test
  void firstIsTheFirst() throws Exception {
    assertThat(new Resolver(host -> list("192.0.2.5", "192.0.2.6")).first("any"))
        .isEqualTo(InetAddress.ofLiteral("192.0.2.5"));
  }

  @Test
  void firstOfAnUnknownHostFails() {
    var none =
        new Resolver(
            host -> {
              throw new UnknownHostException(host);
            });
    assertThatThrownBy(() -> none.first("nowhere")).isInstanceOf(UnknownHostException.class);
  }

  @Test
  void literalAddressIsItsOwn() throws Exception {
    assertThat(new Resolver(Resolver.SYSTEM).first("2001:db8::7"))
        .isEqualTo(InetAddress.ofLiteral("2001:db8::7"));
  }
}
