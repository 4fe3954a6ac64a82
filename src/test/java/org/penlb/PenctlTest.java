package org.penlb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.config.Endpoint;
import org.penlb.control.ControlListener;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// The command penctl, against a control listener and against servers that misbehave.
@Timeout(60)
class PenctlTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private record Outcome(int status, String out, String err) {}

  private static Outcome penctl(String... args) {
    return penctl(PATIENCE, args);
  }

  private static Outcome penctl(Duration patience, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status = Penctl.run(args, out, new PrintStream(err, true, UTF_8), patience);
    return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static ControlListener echo(String endpoint) throws Exception {
    var listener = ControlListener.open(Endpoint.parse(endpoint));
    listener.start((line, _) -> line + "\n", _ -> true);
    return listener;
  }

  // ---- replies --------------------------------------------------------------------------------

  @Test
  void wordsAreJoinedAndTheReplyIsPrinted() throws Exception {
    try (var listener = echo("127.0.0.1:0")) {
      assertThat(penctl(listener.addressText(), "server", "0", "weight  5", ""))
          .isEqualTo(new Outcome(0, "server 0 weight  5 \n", ""));
      var port = listener.addressText().replace("127.0.0.1:", "");
      assertThat(penctl(port, "mode")).isEqualTo(new Outcome(0, "mode\n", ""));
      assertThat(penctl("localhost:" + port, "mode")).isEqualTo(new Outcome(0, "mode\n", ""));
    }
  }

  @Test
  void jsonIsAskedForByACommandOfThatName() throws Exception {
    try (var listener = echo("0")) {
      assertThat(penctl("--json", listener.addressText(), "servers").out())
          .isEqualTo("json servers\n");
      assertThat(penctl(listener.addressText(), "servers", "--json").out())
          .isEqualTo("servers --json\n");
    }
  }

  @Test
  void unixSocketIsReachedByItsPath(@TempDir Path dir) throws Exception {
    var path = dir.resolve("control").toString();
    try (var _ = echo(path)) {
      assertThat(penctl(path, "mode")).isEqualTo(new Outcome(0, "mode\n", ""));
    }
    assertThat(penctl(path, "mode"))
        .isEqualTo(
            new Outcome(
                1,
                "",
                "penctl: cannot connect to %s: No such file or directory: is pen running with -C %s?%n"
                    .formatted(path, path)));
  }

  @Test
  void ipv6AddressStandsInBrackets() throws Exception {
    Wire.needIpv6();
    try (var listener = echo("[::1]:0")) {
      assertThat(listener.addressText()).startsWith("[::1]:");
      assertThat(penctl(listener.addressText(), "mode").out()).isEqualTo("mode\n");
    }
  }

  /// As the classic one: neither a NUL nor an end of the stream.
  @Test
  void lineIsSentWithALineFeedAndNothingElse() throws Exception {
    var received = new CompletableFuture<String>();
    try (var server =
        TestServer.start(
            client -> {
              var line = Wire.text(client, 5);
              client.setSoTimeout(200); // long enough for an end to arrive that is there
              try {
                line += "and " + client.getInputStream().read();
              } catch (java.net.SocketTimeoutException e) {
                Wire.send(client, "ok\n");
              }
              received.complete(line);
            })) {
      assertThat(penctl(server.address(), "mode")).isEqualTo(new Outcome(0, "ok\n", ""));
      assertThat(received.get()).isEqualTo("mode\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"error: no such server, 3", "errors: 0, 0", "'', 0", "error, 0", "an error: x, 0"})
  void errorRepliesHaveAStatusOfTheirOwn(String reply, int status) throws Exception {
    try (var server = TestServer.start(client -> reply(client, reply + "\n"))) {
      assertThat(penctl(server.address(), "x")).isEqualTo(new Outcome(status, reply + "\n", ""));
    }
  }

  private static void reply(Socket client, String reply) throws IOException {
    Wire.line(client);
    Wire.send(client, reply);
  }

  @Test
  void replyIsPrintedAsItComes() throws Exception {
    var goOn = new CountDownLatch(1);
    var printed = new ArrayList<String>();
    var out =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            printed.add(new String(bytes, from, length, UTF_8));
            goOn.countDown();
          }
        };
    try (var server =
        TestServer.start(
            client -> {
              reply(client, "erro");
              assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
              Wire.send(client, "r: late\n");
            })) {
      int status = Penctl.run(new String[] {server.address(), "x"}, out, System.err, PATIENCE);
      assertThat(status).isEqualTo(3);
      assertThat(String.join("|", printed)).isEqualTo("erro|r: late\n");
    }
  }

  @Test
  void largeReplyIsPrintedWhole() throws Exception {
    var large = "0123456789abcde\n".repeat(200_000);
    try (var listener = ControlListener.open(Endpoint.parse("0"))) {
      listener.start((_, _) -> large, _ -> true);
      assertThat(penctl(listener.addressText(), "status").out().equals(large)).isTrue();
    }
  }

  // ---- trouble --------------------------------------------------------------------------------

  @Test
  void whereNobodyListensItSaysWhatToLookAt() throws Exception {
    var address = "127.0.0.1:" + Wire.freePort();
    assertThat(penctl(address.replace("127.0.0.1:", ""), "mode"))
        .isEqualTo(
            new Outcome(
                1,
                "",
                "penctl: cannot connect to %s: Connection refused: is pen running with -C %s?%n"
                    .formatted(address, address)));
  }

  @Test
  void hostThatNobodyKnowsIsNamed() {
    var outcome = penctl("no-such-host.invalid:8888", "mode");
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                1, "", "penctl: cannot connect to no-such-host.invalid:8888: unknown host\n"));
  }

  @Test
  void silenceIsNotWaitedForForever() throws Exception {
    var done = new CountDownLatch(1);
    try (var server =
        TestServer.start(
            client -> {
              reply(client, "some\n");
              done.await();
            })) {
      var outcome = penctl(Duration.ofSeconds(3), server.address(), "mode");
      assertThat(outcome)
          .isEqualTo(
              new Outcome(
                  1,
                  "some\n",
                  "penctl: no whole reply from "
                      + server.address()
                      + ": no answer for 3 s: is it pen's -C that listens there?\n"));
    } finally {
      done.countDown();
    }
  }

  @Test
  void replyThatEndsWithAResetIsAFailure() throws Exception {
    var printed = new CountDownLatch(1);
    var out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            printed.countDown();
          }
        };
    var err = new ByteArrayOutputStream();
    try (var server =
        TestServer.start(
            client -> {
              reply(client, "half a ");
              assertThat(printed.await(20, TimeUnit.SECONDS)).isTrue();
              Wire.reset(client);
            })) {
      int status =
          Penctl.run(
              new String[] {server.address(), "x"},
              out,
              new PrintStream(err, true, UTF_8),
              PATIENCE);
      assertThat(status).isEqualTo(1);
      assertThat(out.toString(UTF_8)).isEqualTo("half a ");
      assertThat(err.toString(UTF_8)).startsWith("penctl: no whole reply from " + server.address());
    }
  }

  /// pen closes before it reads; whether its reason or a reset comes first is the kernel's affair.
  @Test
  void whoIsNotPermittedNeverTakesItForSuccess() throws Exception {
    try (var listener = ControlListener.open(Endpoint.parse("0"))) {
      listener.start((line, _) -> line + "\n", _ -> false);
      for (int i = 0; i < 50; i++) {
        assertThat(penctl(listener.addressText(), "mode").status()).isIn(1, 3);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "No space left on device, 'penctl: cannot write: No space left on device\n'",
    "Broken pipe, ''"
  })
  void outputThatFailsIsAFailure(String why, String said) throws Exception {
    var out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(why);
          }
        };
    var err = new ByteArrayOutputStream();
    try (var listener = echo("0")) {
      int status =
          Penctl.run(
              new String[] {listener.addressText(), "mode"},
              out,
              new PrintStream(err, true, UTF_8),
              PATIENCE);
      assertThat(status).isEqualTo(1);
      assertThat(err.toString(UTF_8)).isEqualTo(said);
    }
  }

  // ---- usage ----------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"              | no address",
        "8888              | no command",
        "--json            | no address",
        "--json 8888       | no command",
        "--jason 8888 mode | unknown option --jason",
        "-x                | unknown option -x",
        "port mode         | address 'port': service 'port' is not in /etc/services",
        "127.0.0.1:70000 m | address '127.0.0.1:70000': port is '70000', expected a number from 0",
        "[::1 mode         | '[::1' has no valid host",
        "relative/path x   | address 'relative/path' is not understood",
        "host: mode        | address 'host:'"
      })
  void wrongUsageIsSaidOnStderr(String line, String why) {
    var args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    var outcome = penctl(args);
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("penctl: " + why).contains("\nusage: ");
    assertThat(outcome.err().lines()).hasSize(2);
  }

  @Test
  void commandThatCannotBeSentIsNotSent() throws Exception {
    var executed = new ArrayList<String>();
    try (var listener = ControlListener.open(Endpoint.parse("0"))) {
      listener.start(
          (line, _) -> {
            executed.add(line);
            return "";
          },
          _ -> true);
      var longest = "ä".repeat(2048);
      assertThat(penctl(listener.addressText(), longest).status()).isZero();
      for (var bad : List.of(longest + "x", "mode\nexit", "log /var/log/\ufffd")) {
        assertThat(penctl(listener.addressText(), bad).status()).isEqualTo(2);
      }
      assertThat(penctl("--json", listener.addressText(), longest).err())
          .contains("the command has 4101 bytes, pen reads 4096 at most");
      assertThat(executed).containsExactly(longest);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "-V"})
  void versionIsToldWithTheName(String option) {
    assertThat(penctl(option).out()).matches("penctl \\S.*\n");
  }

  @Test
  void helpNamesOptionsAndExitStatus() {
    var outcome = penctl("--help");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains("--json", "--help", "--version", "3 if the reply is an error");
    assertThat(outcome.out().lines()).allMatch(line -> line.length() <= 100);
  }
}
