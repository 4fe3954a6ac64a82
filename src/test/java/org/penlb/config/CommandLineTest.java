package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Command lines that are right, and what they mean.
class CommandLineTest {
  /// `options` in front of a listening port and a server.
  private static Launch parse(String options) throws UsageException {
    var line = options.isBlank() ? "80 web1" : options.strip() + " 80 web1";
    return CommandLine.parse("1.0", line.split(" +", -1));
  }

  private static ServiceConfig service(String options) throws UsageException {
    return parse(options).service();
  }

  private static Settings settings(String options) throws UsageException {
    return service(options).settings();
  }

  @Test
  void defaultsAreThoseOfTheManPage() throws UsageException {
    var launch = parse("");
    assertThat(launch)
        .isEqualTo(
            new Launch(
                false,
                0,
                null,
                null,
                null,
                null,
                0,
                false,
                false,
                false,
                false,
                null,
                false,
                false,
                List.of(),
                null,
                List.of(),
                launch.service()));
    var service = launch.service();
    assertThat(service)
        .isEqualTo(
            new ServiceConfig(
                "main",
                false,
                List.of(new Endpoint(null, 80, null)),
                List.of(new ServerSpec("web1", 80, 0, 0, 0, 0, 0, null)),
                null,
                null,
                Settings.DEFAULT,
                null));
    var defaults = Settings.DEFAULT;
    assertThat(defaults.blacklist()).isEqualTo(Duration.ofSeconds(30));
    assertThat(defaults.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(defaults.tracking()).isZero();
    assertThat(defaults.clientsMax()).isEqualTo(2048);
    assertThat(defaults.connectionsMax()).isEqualTo(500);
    assertThat(defaults.acceptsPerEvent()).isEqualTo(100);
    assertThat(defaults.backlog()).isEqualTo(500);
    assertThat(defaults.noDelay()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-r", "--roundrobin"})
  void roundRobinWithoutTracking(String option) throws UsageException {
    assertThat(settings(option).roundrobin()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-s", "--stubborn"})
  void stubborn(String option) throws UsageException {
    assertThat(settings(option).stubborn()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "-h, HASH",
    "--hash, HASH",
    "-W, WEIGHT",
    "--weight, WEIGHT",
    "--prio, PRIO",
    "--leastconn, LEASTCONN",
    "--random, RANDOM",
  })
  void algorithms(String option, Algorithm algorithm) throws UsageException {
    assertThat(settings(option).algorithms()).containsExactly(algorithm);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-b 7", "-b7", "--blacklist 7", "--blacklist=7"})
  void blacklistTime(String option) throws UsageException {
    assertThat(settings(option).blacklist()).isEqualTo(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t 5", "-t5", "--timeout 5", "--timeout=5"})
  void connectTimeout(String option) throws UsageException {
    assertThat(settings(option).connectTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-T 9", "--tracking 9"})
  void tracking(String option) throws UsageException {
    assertThat(settings(option).tracking()).isEqualTo(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @CsvSource({
    "-c 9, 9, 500, 100, 500",
    "--clients 9, 9, 500, 100, 500",
    "-x 9, 2048, 9, 100, 500",
    "--connections 9, 2048, 9, 100, 500",
    "-m 9, 2048, 500, 9, 500",
    "--accepts 9, 2048, 500, 9, 500",
    "-q 50, 2048, 500, 100, 50",
    "--backlog 50, 2048, 500, 100, 50",
  })
  void sizes(String option, int clients, int connections, int accepts, int backlog)
      throws UsageException {
    var settings = settings(option);
    assertThat(settings.clientsMax()).isEqualTo(clients);
    assertThat(settings.connectionsMax()).isEqualTo(connections);
    assertThat(settings.acceptsPerEvent()).isEqualTo(accepts);
    assertThat(settings.backlog()).isEqualTo(backlog);
  }

  @Test
  void timesOfOurOwn() throws UsageException {
    var settings = settings("--idle-timeout 1 --drain 2 --resolve 3");
    assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.resolve()).isEqualTo(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-U", "--udp", "-rU"})
  void datagramsInsteadOfConnections(String option) throws UsageException {
    assertThat(service(option).udp()).isTrue();
    var settings = settings(option + " --udp-timeout 5 --udp-unanswered 20");
    assertThat(settings.udpTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.udpUnanswered()).isEqualTo(20);
    assertThat(settings(option).udpTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings(option).udpUnanswered()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"up, UP", "down, DOWN", "both, BOTH", "off, OFF"})
  void fastClose(String word, FastClose expected) throws UsageException {
    assertThat(settings("--tcp-fastclose " + word).fastClose()).isEqualTo(expected);
  }

  @Test
  void howConnectionsAreCarried() throws UsageException {
    assertThat(settings("-H").http()).isTrue();
    assertThat(settings("--http").http()).isTrue();
    assertThat(settings("--no-tcp-nodelay").noDelay()).isFalse();
    assertThat(settings("--keepalive").keepAlive()).isTrue();
    assertThat(settings("-a").ascii()).isTrue();
    assertThat(settings("--ascii").ascii()).isTrue();
    assertThat(settings("--source 2001:db8::1").source())
        .isEqualTo(InetAddress.ofLiteral("2001:db8::1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-e [::1]:81:5", "--emergency [::1]:81:5"})
  void emergencyServer(String option) throws UsageException {
    assertThat(service(option).emergency())
        .isEqualTo(new ServerSpec("::1", 81, 5, 0, 0, 0, 0, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-B trap", "--abuse trap"})
  void abuseServer(String option) throws UsageException {
    assertThat(service(option).abuse()).isEqualTo(new ServerSpec("trap", 80, 0, 0, 0, 0, 0, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-f -d -d -p /p -j /j -u me -w /w --loops 3 --linux-sockets --takeover --check -C /c"
            + " --control-files -X -o dummy -O debug -o pid -F /F",
        "--foreground --debug --debug --pid-file /p --chroot /j --user me --web-stats /w --loops=3"
            + " --linux-sockets --takeover --check --control /c --control-files --allow-exit"
            + " --command dummy --command debug --command pid --config /F",
        "-fXddp/p -j/j -ume -w/w --takeover --linux-sockets --loops 3 --check -C/c --control-files"
            + " -odummy -Odebug -opid -F/F",
      })
  void process(String options) throws UsageException, BadSettingException {
    var launch = parse(options);
    assertThat(launch)
        .isEqualTo(
            new Launch(
                true,
                2,
                Path.of("/p"),
                Path.of("/j"),
                "me",
                Path.of("/w"),
                3,
                true,
                true,
                false,
                true,
                Endpoint.parse("/c"),
                true,
                true,
                List.of("dummy", "debug", "pid"),
                Path.of("/F"),
                List.of(),
                launch.service()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-l /log", "-l/log", "--log /log"})
  void requestLog(String option) throws UsageException {
    assertThat(service(option).requestLog()).isEqualTo("/log");
  }

  @Test
  void clustersAsInGetopt() throws UsageException {
    assertThat(parse("-fdd").foreground()).isTrue();
    assertThat(parse("-fdd").debug()).isEqualTo(2);
    assertThat(parse("-ddd").debug()).isEqualTo(3);
    var settings = settings("-rS 3");
    assertThat(settings.roundrobin()).isTrue();
    assertThat(settings("-hWrst5").algorithms())
        .isEqualTo(Set.of(Algorithm.HASH, Algorithm.WEIGHT));
    assertThat(settings("-hWrst5").connectTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void lastOfRepeatedOptionsCounts() throws UsageException {
    assertThat(settings("-b 1 --blacklist 2 -b3").blacklist()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings("-r -r --roundrobin").roundrobin()).isTrue();
    assertThat(service("-l /a -l /b").requestLog()).isEqualTo("/b");
  }

  @Test
  void valueMayLookLikeAnOption() throws UsageException {
    assertThat(parse("-p -r").pidFile()).isEqualTo(Path.of("-r"));
    assertThat(service("-p -r").settings().roundrobin()).isFalse();
    assertThat(service("-l --help").requestLog()).isEqualTo("--help");
    assertThat(parse("-u -nobody").user()).isEqualTo("-nobody");
  }

  @Test
  void optionsMayFollowTheServers() throws UsageException {
    var launch = CommandLine.parse("1.0", "80", "web1", "-r", "web2", "-x", "9");
    var service = launch.service();
    assertThat(service.servers()).extracting(ServerSpec::host).containsExactly("web1", "web2");
    assertThat(service.settings().roundrobin()).isTrue();
    assertThat(service.settings().connectionsMax()).isEqualTo(9);
  }

  @Test
  void nothingIsAnOptionAfterTwoDashes() {
    assertThatThrownBy(() -> CommandLine.parse("1.0", "-r", "--", "80", "-x"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("pen: '-x' has no valid host");
  }

  @Test
  void argumentFilesAreNotRead() {
    assertThatThrownBy(() -> CommandLine.parse("1.0", "80", "@/etc/passwd"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("pen: '@/etc/passwd' has no valid host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-S 3", "-S3", "-S1", "--servers 3"})
  void sizeOfTheServerTableIsAcceptedInSilence(String option) throws UsageException {
    assertThat(parse(option).notices()).isEmpty();
  }

  @Test
  void whoDebugsIsToldThatTheSizeOfTheServerTableHasNoEffect() throws UsageException {
    assertThat(parse("-d -S 3").notices()).singleElement().asString().startsWith("option -S has");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-D", "-n", "-Q", "-P", "--poll"})
  void obsoleteOptionsGiveANotice(String option) throws UsageException {
    var name = option.startsWith("--") ? "-P" : option;
    assertThat(parse(option).notices())
        .singleElement()
        .asString()
        .startsWith("option " + name + " ")
        .contains("no effect");
  }

  @Test
  void everyObsoleteOptionHasItsNotice() throws UsageException {
    assertThat(parse("-DnQP").notices()).hasSize(4);
  }

  @Test
  void serversTakeTheListeningPort() throws UsageException {
    var service = CommandLine.parse("1.0", "[::]:8080", "web1", "web2:81").service();
    assertThat(service.servers()).extracting(ServerSpec::port).containsExactly(8080, 81);
    assertThat(service.listen()).containsExactly(new Endpoint("::", 8080, null));
  }

  @Test
  void unixSocketToListenOn() throws UsageException {
    var service = CommandLine.parse("1.0", "/run/pen", "web1:80").service();
    assertThat(service.listen()).containsExactly(new Endpoint(null, -1, Path.of("/run/pen")));
  }

  @Test
  void demoNeedsNoServers() throws UsageException {
    var launch = CommandLine.parse("1.0", "--demo");
    assertThat(launch.demo()).isTrue();
    assertThat(launch.service().servers()).isEmpty();
  }
}
