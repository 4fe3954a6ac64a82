package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Endpoint;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// A control listener on a port of its own, with an interpreter that a test gives and a clock that
/// it moves.
final class Listening implements AutoCloseable {
  static final Interpreter ECHO = (line, _) -> line + "\n";

  final ManualClock clock = new ManualClock();
  final ControlListener listener;

  /// The lines that the interpreter got.
  final List<String> executed = new CopyOnWriteArrayList<>();

  private Listening(String endpoint) throws Exception {
    listener = ControlListener.open(Endpoint.parse(endpoint), clock);
  }

  static Listening start() throws Exception {
    return start("127.0.0.1:0", ECHO);
  }

  static Listening start(Interpreter interpreter) throws Exception {
    return start("127.0.0.1:0", interpreter);
  }

  static Listening start(String endpoint, Interpreter interpreter) throws Exception {
    return start(endpoint, interpreter, _ -> true);
  }

  static Listening start(String endpoint, Interpreter interpreter, Predicate<ClientAddress> permits)
      throws Exception {
    var listening = new Listening(endpoint);
    listening.listener.start(
        (line, origin) -> {
          listening.executed.add(line);
          return interpreter.reply(line, origin);
        },
        permits);
    return listening;
  }

  /// Carries out nothing before it may.
  static Interpreter after(CountDownLatch goOn, Interpreter interpreter) {
    return (line, origin) -> {
      awaitUninterrupted(goOn);
      return interpreter.reply(line, origin);
    };
  }

  static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int port() {
    return ((InetSocketAddress) listener.address()).getPort();
  }

  Socket connect() throws IOException {
    return connect("127.0.0.1");
  }

  Socket connect(String from) throws IOException {
    return Wire.connect(Wire.local(port()), from);
  }

  /// Sends these bytes and nothing more, and returns what comes back until the end.
  String exchange(byte[] bytes) throws IOException {
    try (var client = connect()) {
      client.getOutputStream().write(bytes);
      return Wire.all(client);
    }
  }

  String exchange(String text) throws IOException {
    return exchange(text.getBytes(UTF_8));
  }

  /// Moves the clock, and has the loop look at it: somebody comes who has nothing to say. Twice, as
  /// deadlines are the last thing that the loop does in a turn.
  void advance(Duration time) throws IOException {
    clock.advance(time);
    for (int i = 0; i < 2; i++) {
      try (var client = connect()) {
        client.shutdownOutput();
        Wire.all(client);
      }
    }
  }

  @Override
  public void close() {
    listener.close();
  }
}
