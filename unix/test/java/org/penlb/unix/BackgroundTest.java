package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Three processes: this one, the parent that it starts, and the parent's child. The child calls
/// this one over TCP and does what it is told there; the end of that connection is its end.
@Timeout(120)
class BackgroundTest {
  private ServerSocket line;
  private Socket toChild;
  private BufferedReader fromChild;
  private Process parent;
  private ProcessHandle child;

  @BeforeEach
  void listen() throws IOException {
    line = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    line.setSoTimeout(60_000);
  }

  @AfterEach
  void end() throws IOException {
    line.close();
    if (toChild != null) {
      toChild.close();
    }
    if (parent != null) {
      parent.destroyForcibly();
    }
    if (child != null) {
      child.destroyForcibly();
    }
  }

  private void start(String... arguments) throws IOException {
    String[] all = new String[arguments.length + 2];
    all[0] = "serve";
    all[1] = Integer.toString(line.getLocalPort());
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    parent = ChildJvm.of(Child.class, all).start();
    toChild = line.accept();
    fromChild =
        new BufferedReader(new InputStreamReader(toChild.getInputStream(), StandardCharsets.UTF_8));
    child = ProcessHandle.of(Long.parseLong(fromChild.readLine())).orElseThrow();
  }

  private void tell(char order) throws IOException {
    toChild.getOutputStream().write(order);
  }

  private String parentsErrors() throws IOException {
    return new String(parent.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
        .replaceAll("Picked up .*\n", "");
  }

  @Test
  void parentReturnsOnlyWhenTheChildIsReadyAndTheChildGoesOn() throws Exception {
    start();
    assertThat(parent.isAlive()).isTrue();
    tell('w');
    assertThat(fromChild.readLine()).isEqualTo("warned");
    assertThat(parent.isAlive()).isTrue();
    tell('r');
    assertThat(ChildJvm.statusOf(parent)).isZero();
    assertThat(parentsErrors()).isEqualTo("a warning\n");
    assertThat(fromChild.readLine()).isEqualTo("ready");
    tell('w'); // Its standard error leads nowhere now.
    assertThat(fromChild.readLine()).isEqualTo("warned");
    assertThat(child.isAlive()).isTrue();
  }

  @Test
  void daemonHasASessionOfItsOwnAndNoTerminal() throws Exception {
    assumeTrue(Posix.LINUX, "needs Linux");
    start();
    tell('r');
    assertThat(fromChild.readLine()).isEqualTo("ready");
    Path proc = Path.of("/proc", Long.toString(child.pid()));
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
      assertThat(Files.readSymbolicLink(proc.resolve("fd/" + descriptor)))
          .isEqualTo(Path.of("/dev/null"));
    }
    String stat = Files.readString(proc.resolve("stat"));
    // After the name, which may hold anything: state, parent, group, session; proc(5).
    String session = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5)[3];
    assertThat(session).isEqualTo(Long.toString(child.pid()));
  }

  @Test
  void argumentsArriveUnchanged() throws Exception {
    start("", "a b", "*", "'\"$HOME", "");
    assertThat(fromChild.readLine()).isEqualTo("[, a b, *, '\"$HOME, ]");
  }

  @Test
  void childKilledBeforeItIsReadyIsReported() throws Exception {
    start();
    ChildJvm.kill("KILL", child.pid());
    assertThat(ChildJvm.statusOf(parent)).isEqualTo(1);
    assertThat(parentsErrors()).isEqualTo("the background process was ended by signal 9\n");
  }

  @Test
  void endingTheParentEndsTheChild() throws Exception {
    start();
    ChildJvm.kill("TERM", parent.pid());
    assertThat(ChildJvm.statusOf(parent)).isEqualTo(143);
    ChildJvm.await("the child ends", () -> !child.isAlive());
  }

  @Test
  void childOfAKilledParentFindsOutInReady() throws Exception {
    start();
    ChildJvm.kill("KILL", parent.pid());
    assertThat(ChildJvm.statusOf(parent)).isEqualTo(137);
    tell('r');
    assertThat(fromChild.lines()).last().asString().startsWith("not ready: ");
    ChildJvm.await("the child ends", () -> !child.isAlive());
  }

  @Test
  void errorTextAndStatusArePassedOn() throws Exception {
    assertThat(run("fail")).isEqualTo(new ChildJvm.Outcome(3, "", "cannot bind\nto port 80\n"));
  }

  @Test
  void endingWithoutAWordIsReported() throws Exception {
    String message = "the background process ended before it was ready, with status ";
    assertThat(run("exit", "0")).isEqualTo(new ChildJvm.Outcome(1, "", message + "0\n"));
    assertThat(run("exit", "2")).isEqualTo(new ChildJvm.Outcome(2, "", message + "2\n"));
  }

  @Test
  void errorTextCannotForgeReadiness() throws Exception {
    ChildJvm.Outcome outcome = run("forge");
    assertThat(outcome.status()).isEqualTo(3);
    assertThat(outcome.err().lines()).contains("ready", "ready 1").anyMatch("forged"::equals);
  }

  @Test
  void onlyTheChildOfTheStarterIsAChild() throws Exception {
    String own = Long.toString(ProcessHandle.current().pid());
    assertThat(origin(null)).isEqualTo("false\n");
    assertThat(origin(own)).isEqualTo("true\n");
    assertThat(origin(own + "1")).as("a descendant of a daemon").isEqualTo("false\n");
  }

  private static String origin(String variable) throws Exception {
    ProcessBuilder builder = ChildJvm.of(Child.class, "origin");
    if (variable != null) {
      builder.environment().put("PEN_BACKGROUND", variable);
    }
    return ChildJvm.run(builder).out();
  }

  private static ChildJvm.Outcome run(String... arguments) throws Exception {
    return ChildJvm.run(ChildJvm.of(Child.class, arguments));
  }

  /// Both the parent and its child.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      if (arguments[0].equals("origin")) {
        System.out.println(Background.isChild());
        return;
      }
      if (!Background.isChild()) {
        System.exit(Background.startChild(System.err));
      }
      Background.detach();
      switch (arguments[0]) {
        case "serve" -> serve(arguments);
        case "exit" -> System.exit(Integer.parseInt(arguments[1]));
        case "forge" -> {
          long pid = ProcessHandle.current().pid();
          System.err.print("ready\nready " + pid + "\nforged\n");
          System.out.print("ready\nready 1\n");
          System.exit(3);
        }
        default -> {
          System.err.print("cannot bind\nto port 80\n");
          System.exit(3);
        }
      }
    }

    private static void serve(String[] arguments) throws IOException {
      int port = Integer.parseInt(arguments[1]);
      try (Socket line = new Socket(InetAddress.getLoopbackAddress(), port)) {
        say(line, Long.toString(ProcessHandle.current().pid()));
        List<String> rest = Arrays.asList(arguments).subList(2, arguments.length);
        if (!rest.isEmpty()) {
          say(line, rest.toString());
        }
        for (int order = line.getInputStream().read(); order >= 0; ) {
          if (order == 'w') {
            System.err.println("a warning");
            say(line, "warned");
          } else if (!becomeReady(line)) {
            return;
          }
          order = line.getInputStream().read();
        }
      }
    }

    private static boolean becomeReady(Socket line) throws IOException {
      try {
        Background.ready();
        say(line, "ready");
        return true;
      } catch (IOException e) {
        say(line, "not ready: " + e.getMessage());
        return false;
      }
    }

    private static void say(Socket line, String words) throws IOException {
      line.getOutputStream().write((words + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }
}
