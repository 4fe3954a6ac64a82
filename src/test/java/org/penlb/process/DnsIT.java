package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two name servers, one of which goes and comes.
class DnsIT extends Scene {
  /// What dnsperf has under way at a time; more cannot be lost by one death.
  private static final int UNDER_WAY = 20;

  private static final Pattern LOST = Pattern.compile("Queries lost: +(\\d+) ");
  private static final Pattern COMPLETED = Pattern.compile("Queries completed: +(\\d+) ");

  private DnsServer one;
  private DnsServer two;

  @BeforeEach
  void startServers() throws IOException {
    int port = UdpServer.freePort();
    one = new DnsServer(1, port);
    two = new DnsServer(2, port);
  }

  @AfterEach
  void endServers() {
    if (one != null) {
      one.close();
    }
    if (two != null) {
      two.close();
    }
  }

  private void start(String... options) throws IOException {
    var words = new ArrayList<>(List.of("-U", "-b", "1", "-C", socket.toString()));
    words.addAll(List.of(options));
    words.addAll(List.of("127.0.0.1:0", one.address(), two.address()));
    pen = PenProcess.start(words.toArray(String[]::new));
  }

  /// Its answer in few words.
  private static String dig(int port, String... question) throws Exception {
    var words = new ArrayList<>(List.of(Programs.needed("dig"), "@127.0.0.1", "+short"));
    words.addAll(List.of("-p", Integer.toString(port)));
    words.addAll(List.of(question));
    var outcome = PenProcess.run(words.toArray(String[]::new));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).as(outcome.out()).isZero();
    return outcome.out();
  }

  private String state(int slot) throws IOException {
    return Control.unix(socket).lines("servers").get(slot).replaceAll(".* state ", "");
  }

  private boolean hasServed(int slot) throws IOException {
    return !Control.unix(socket).lines("servers").get(slot).contains(" rd 0 ");
  }

  @Test
  void digGetsTheAnswersOfBoth() throws Exception {
    start("-r");
    var answers = dig(pen.port(), "a.test") + dig(pen.port(), "b.test") + dig(pen.port(), "c.test");
    assertThat(answers.lines()).hasSize(3).contains(one.answer(), two.answer());
  }

  @Test
  void dnsperfLosesNoMoreThanWasUnderWayWhenOneDied() throws Exception {
    var dnsperf = Programs.needed("dnsperf");
    start("-r");
    var questions = dir.resolve("questions");
    Files.writeString(questions, "a.test A\nb.test A\nlong.test TXT\n");
    var out = dir.resolve("dnsperf").toFile();
    var process =
        new ProcessBuilder(dnsperf, "-s", "127.0.0.1", "-p", Integer.toString(pen.port()))
            .redirectErrorStream(true)
            .redirectOutput(out);
    process.command().addAll(List.of("-d", questions.toString(), "-c", "8", "-l", "3", "-t", "2"));
    process.command().addAll(List.of("-q", Integer.toString(UNDER_WAY), "-Q", "1000"));
    var running = process.start();
    try {
      PenProcess.eventually("both serve", () -> hasServed(0) && hasServed(1));
      one.kill();
      PenProcess.eventually("one is left out", () -> state(0).startsWith("blacklisted"));
      one.start();
      assertThat(running.waitFor()).isZero();
    } finally {
      PenProcess.kill(running);
    }
    var result = Files.readString(out.toPath());
    assertThat(number(COMPLETED, result)).as(result).isGreaterThan(500);
    assertThat(number(LOST, result)).as(result).isLessThanOrEqualTo(UNDER_WAY);
  }

  private static int number(Pattern pattern, String text) {
    var matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void whoeverAsksTwiceGetsAnAnswerThoughOneDiesAndComesBack() throws Exception {
    start("-r");
    try (var clients = Inquiries.twice(pen.port(), Protocol.DNS)) {
      clients.await(300);
      assertThat(clients.servers()).containsExactlyInAnyOrder(one.name(), two.name());
      one.kill();
      PenProcess.eventually("it is left out", () -> state(0).startsWith("blacklisted"));
      clients.await(100);
      clients.forgetServers();
      clients.await(1000); // longer than it is left out
      assertThat(clients.servers()).containsExactly(two.name());
      one.start();
      PenProcess.eventually("it is back", () -> clients.servers().contains(one.name()));
      clients.close();
      assertThat(clients.failures()).isEmpty();
      assertThat(clients.retried()).isPositive();
    }
  }

  @Test
  void whoeverAsksTwiceGetsAnAnswerThoughOneIsSilent() throws Exception {
    start("-r", "--udp-unanswered", "1");
    try (var clients = Inquiries.twice(pen.port(), Protocol.DNS)) {
      clients.await(300);
      one.signal("STOP");
      PenProcess.eventually("it is left out", () -> state(0).startsWith("blacklisted"));
      clients.await(1000);
      one.signal("CONT");
      clients.forgetServers();
      PenProcess.eventually("it is back", () -> clients.servers().contains(one.name()));
      clients.close();
      assertThat(clients.failures()).isEmpty();
      assertThat(clients.retried()).isPositive();
    }
  }

  @Test
  void aClientHasTheSameServerOverTcp() throws Exception {
    int port = UdpServer.freePort();
    Files.writeString(file, section("dns udp", port) + section("dns-tcp", port));
    pen = PenProcess.start("-F", file.toString());
    var seen = new ArrayList<String>();
    for (int i = 1; i <= 4; i++) {
      var client = "127.0.8." + i;
      var kinds = List.of("+notcp", "+tcp");
      var first = dig(port, "-b", client, "a.test", kinds.get(i % 2)).strip();
      assertThat(dig(port, "-b", client, "b.test", kinds.get((i + 1) % 2)).strip())
          .isEqualTo(first);
      // Over UDP it is told that the text is too long, and dig asks over TCP by itself.
      var text = dig(port, "-b", client, "+noedns", "long.test", "TXT");
      assertThat(text).hasSizeGreaterThan(512);
      assertThat(text).startsWith("\"" + (first.equals(one.answer()) ? "1" : "2"));
      seen.add(first);
    }
    assertThat(seen).contains(one.answer(), two.answer());
  }

  private String section(String name, int port) {
    return """
    service %s
    listen 127.0.0.1:%d
    sticky_group dns
    server 0 address %s
    server 1 address %s
    """
        .formatted(name, port, words(one), words(two));
  }

  private static String words(DnsServer server) {
    return server.address().replace(":", " port ");
  }
}
