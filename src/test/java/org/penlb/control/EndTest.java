package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.config.Endpoint;
import org.penlb.loop.Clock;
import org.penlb.tcp.Wire;

/// The end of a control listener, and what it costs while nothing happens.
@Timeout(30)
class EndTest {
  @Test
  void clientsAreToldAndNewOnesAreRefused() throws Exception {
    var listening = Listening.start();
    try (var silent = listening.connect()) {
      listening.exchange("the one before has been accepted\n");
      listening.close();
      assertThat(Wire.all(silent)).isEqualTo("error: pen is ending\n");
      assertThat(Wire.start(listening::connect))
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(ConnectException.class);
    }
    listening.close(); // a second time changes nothing
  }

  @Test
  void commandThatIsBeingExecutedIsFinishedAndReplied() throws Exception {
    var goOn = new CountDownLatch(1);
    var listening = Listening.start(Listening.after(goOn, Listening.ECHO));
    try (var client = listening.connect()) {
      Wire.send(client, "exit\n");
      Wire.await("the command", () -> !listening.executed.isEmpty());
      var end = Thread.ofVirtual().start(listening::close);
      Wire.await("the end has begun", () -> isRefused(listening));
      goOn.countDown();
      assertThat(Wire.all(client)).isEqualTo("exit\n");
      end.join();
    }
  }

  private static boolean isRefused(Listening listening) throws Exception {
    try (var _ = listening.connect()) {
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (java.net.SocketException e) { // reset at the moment of closing
      return false;
    }
  }

  @Test
  void commandThatHangsIsNotWaitedForForever() throws Exception {
    var goOn = new CountDownLatch(1);
    var listening = Listening.start(Listening.after(goOn, Listening.ECHO));
    try (var client = listening.connect()) {
      Wire.send(client, "exit\n");
      Wire.await("the command", () -> !listening.executed.isEmpty());
      listening.close();
      assertThat(Wire.all(client)).isEqualTo("error: pen is ending\n");
    } finally {
      goOn.countDown();
    }
  }

  @Test
  void listenerThatNeverServedIsClosedToo() throws Exception {
    var listener = ControlListener.open(Endpoint.parse("127.0.0.1:0"));
    var address = listener.addressText();
    listener.close();
    ControlListener.open(Endpoint.parse(address)).close();
  }

  /// Each turn of the loop reads the clock.
  @Test
  void loopDoesNotTurnWhileNothingHappens() throws Exception {
    var readings = new AtomicInteger();
    var counting =
        new Clock() {
          @Override
          public long nanos() {
            readings.incrementAndGet();
            return System.nanoTime();
          }

          @Override
          public long wallMillis() {
            return System.currentTimeMillis();
          }
        };
    var clients = new ArrayList<java.net.Socket>();
    try (var listener = ControlListener.open(Endpoint.parse("127.0.0.1:0"), counting)) {
      listener.start(Listening.ECHO, _ -> true);
      var address = (java.net.InetSocketAddress) listener.address();
      for (int i = 0;
          i <= ControlSessions.CLIENTS_MAX;
          i++) { // one of them waits, and has its turn
        clients.add(Wire.connect(address, "127.0.0.1"));
      }
      assertThat(Wire.all(clients.getFirst())).startsWith("error: too many clients");
      var last = new AtomicInteger();
      Wire.await(
          "the turns about them are over", () -> last.getAndSet(readings.get()) == readings.get());
      int before = readings.get();
      TimeUnit.MILLISECONDS.sleep(700); // what happens in this time is what is measured
      assertThat(readings.get() - before).isLessThanOrEqualTo(4);
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }
}
