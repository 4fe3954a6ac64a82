package org.penlb.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several who give commands at once, and some who only keep the line.
class AdministratorsIT extends Scene {
  private static final int CHANGES = 100;

  /// More than pen listens to at a time.
  private static final int SILENT = 40;

  private Control control;

  @BeforeEach
  void start() throws IOException {
    pen = PenProcess.start("-C", socket.toString(), "127.0.0.1:0", web("a").address());
    control = Control.unix(socket);
  }

  private FutureTask<Void> changes(int list) {
    var task =
        new FutureTask<Void>(
            () -> {
              for (int i = 0; i < CHANGES; i++) {
                control.order(entry(list, i));
              }
              return null;
            });
    Thread.ofVirtual().start(task);
    return task;
  }

  private static List<String> entries(int list) {
    return IntStream.range(0, CHANGES).mapToObj(i -> entry(list, i)).toList();
  }

  private static String entry(int list, int number) {
    return "acl %d permit 10.%d.%d.0 255.255.255.0".formatted(list, list, number);
  }

  @Test
  void noChangeOfEitherIsLost() throws Exception {
    var one = changes(1);
    var two = changes(2);
    one.get();
    two.get();
    assertThat(control.lines("acl 1")).isEqualTo(entries(1));
    assertThat(control.lines("acl 2")).isEqualTo(entries(2));
  }

  private static double nanosEach(Visits visits, Phase phase) throws Exception {
    long nanos = visits.nanos();
    int count = visits.answered();
    phase.run();
    return (visits.nanos() - nanos) / (double) Math.max(1, visits.answered() - count);
  }

  /// What goes on while clients come and go.
  @FunctionalInterface
  private interface Phase {
    void run() throws Exception;
  }

  @Test
  void linesThatAreNeverEndedKeepNeitherClientsNorTheAdministratorOut() throws Exception {
    var silent = new ArrayList<SocketChannel>();
    try (var visits = new Visits(pen.port(), 4, Visits.PAUSE_NANOS)) {
      PenProcess.eventually("it is warm", () -> visits.answered() > 500);
      int warm = visits.answered();
      double without =
          nanosEach(
              visits, () -> PenProcess.eventually("visits", () -> visits.answered() > warm + 500));
      for (int i = 0; i < SILENT; i++) {
        silent.add(control.connect());
        silent.getLast().write(UTF_8.encode("serv"));
      }
      double with = nanosEach(visits, () -> awaitTheEndOf(silent));
      System.out.printf(
          "a visit: %.0f us, with %d silent administrators %.0f us%n",
          without / 1e3, SILENT, with / 1e3);
      assertThat(with).isLessThan(5 * without + 20e6);
      assertThat(visits.failures()).isEmpty();
    } finally {
      for (var channel : silent) {
        channel.close();
      }
    }
  }

  /// Gives commands, one after the other, until pen has had enough of those who say nothing.
  private void awaitTheEndOf(List<SocketChannel> silent) throws Exception {
    var replies = new FutureTask<>(() -> replies(silent));
    Thread.ofVirtual().start(replies);
    int answered = 0;
    while (!replies.isDone()) {
      assertThat(control.ask("blacklist")).isEqualTo("30\n");
      answered++;
      LockSupport.parkNanos(Visits.PAUSE_NANOS);
    }
    assertThat(answered).isGreaterThan(10);
    try {
      assertThat(replies.get())
          .hasSize(SILENT)
          .containsOnly(
              "error: no whole line within 10 s\n", "error: too many clients, and others wait\n");
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  private static List<String> replies(List<SocketChannel> silent) throws IOException {
    var replies = new ArrayList<String>();
    for (var channel : silent) {
      replies.add(Control.readToEnd(channel));
    }
    return replies;
  }
}
