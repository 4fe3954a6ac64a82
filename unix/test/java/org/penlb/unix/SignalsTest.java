package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SignalsTest {
  private static final List<String> NAMES = List.of("HUP", "USR1", "TERM", "INT");

  @Test
  void eachSignalRunsItsActionEveryTimeAndNothingElse() throws Exception {
    runsEachAction(ChildJvm.of(Child.class));
  }

  @Test
  void signalsThatTheStarterIgnoredArriveToo() throws Exception {
    ProcessBuilder child = ChildJvm.of(Child.class);
    List<String> ignoring = List.of("sh", "-c", "trap '' HUP USR1 TERM INT; exec \"$0\" \"$@\"");
    child.command().addAll(0, ignoring);
    runsEachAction(child);
  }

  private static void runsEachAction(ProcessBuilder builder) throws Exception {
    Process child = builder.redirectErrorStream(true).start();
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      awaitLine(out, "set");
      for (int round = 0; round < 2; round++) {
        for (String name : NAMES) {
          ChildJvm.kill(name, child.pid());
          awaitLine(out, "got " + name);
          awaitLine(out, "handling signal " + name + " failed");
          awaitLine(out, "java.lang.IllegalStateException: " + name);
        }
        ChildJvm.kill("PIPE", child.pid());
      }
      assertThat(child.isAlive()).isTrue();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void signalsOfTheJvmAndUnknownOnesAreRefused() {
    assertThatThrownBy(() -> Signals.on("QUIT", () -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Signals.ignore("NONSENSE"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void awaitLine(BufferedReader out, String expected) throws Exception {
    for (String line = out.readLine(); !expected.equals(line); line = out.readLine()) {
      assertThat(line).as("end before: " + expected).isNotNull();
    }
  }

  /// Prints each signal, and fails while handling it.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws InterruptedException {
      for (String name : NAMES) {
        Signals.on(
            name,
            () -> {
              System.out.println("got " + name);
              throw new IllegalStateException(name);
            });
      }
      Signals.ignore("PIPE");
      System.out.println("set");
      new CountDownLatch(1).await();
    }
  }
}
