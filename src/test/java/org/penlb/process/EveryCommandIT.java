package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each command that the running pen's `help` knows, in forms that are right and in forms that are
/// wrong.
class EveryCommandIT extends Scene {
  private static final Pattern HELP = Pattern.compile("(?m)^  (?:\\[no] )?(\\w+) ");

  /// Forms that are carried out, without the command's name where a line does not begin with `no`.
  /// UPPER-CASE words stand for what only a running pen has.
  private static final String RIGHT =
      """
      blacklist; 31; 30
      timeout; 4
      resolve; 0
      pending_max; 50
      server 0 max 10 hard 12 weight 3 prio 2; 2 address 127.0.0.1 port 9 drain; no server 2
      emergency 127.0.0.1:9; ; no emergency
      abuse 127.0.0.1:9:1; ; no abuse
      servers
      services
      hash; no hash
      prio; no prio
      roundrobin; no roundrobin
      stubborn; no stubborn
      weight; no weight
      leastconn; no leastconn
      random; no random
      mode
      tracking 0
      clients_max 1000
      track_prefix 24 64; 32 128
      sticky_group; web; no sticky_group
      recent; 10
      clients
      why 127.0.0.1; 2001:db8::1
      pin; 127.0.0.9 0 60
      unpin 127.0.0.9
      forget 127.0.0.1; server 0
      conn_max 400
      accepts 50
      backlog 100
      drain 0
      idle_timeout 0
      idlers; 0
      http; no http
      keepalive; no keepalive
      tcp_nodelay; no tcp_nodelay
      tcp_fastclose off
      transparent; no transparent
      source 127.0.0.1; no source
      dummy; no dummy
      udp_timeout; 10
      udp_unanswered; 20; no udp_unanswered
      connections
      connection CONNECTION
      socket 0
      client_of LOCAL
      geoip; no geoip
      acl 1; 1 permit 192.0.2.0 255.255.255.0; 1 deny 2001:db8::/32; no acl 1
      control_acl; 0
      client_acl; 0
      web_stats; FILE; no web_stats
      log; FILE; no log
      ascii; no ascii
      status
      json servers; clients; connections; services; why 127.0.0.1
      listen; LISTEN
      write FILE
      control
      service main mode
      include FILE
      debug 0
      pid
      help; blacklist; no hash
      tarpit_acl; 3
      abort_on_error; no abort_on_error
      epoll
      kqueue
      poll
      select
      block; no block
      delayed_forward; no delayed_forward
      """;

  /// What there is nothing for.
  private static final List<String> REFUSED =
      List.of(
          "dsr_if",
          "ssl_ciphers",
          "ssl_option",
          "ssl_ocsp_response",
          "ssl_sni_path",
          "ssl_client_renegotiation_interval");

  private Control control;
  private Map<String, String> right;

  @BeforeEach
  void start() throws IOException {
    pen = PenProcess.start("-X", "-C", socket.toString(), "127.0.0.1:0", web("a").address());
    control = Control.unix(socket);
    right = new TreeMap<>();
    for (var line : RIGHT.lines().toList()) {
      right.put(line.split("[ ;]", 2)[0], line.substring(line.split("[ ;]", 2)[0].length()));
    }
  }

  private List<String> commands() throws IOException {
    var names = HELP.matcher(control.ask("help")).results().map(found -> found.group(1)).toList();
    assertThat(names).hasSizeGreaterThan(70).doesNotHaveDuplicates();
    return names;
  }

  private List<String> lines(String command) {
    var lines = new ArrayList<String>();
    for (var form : right.get(command).split(";", -1)) {
      var words = form.strip();
      lines.add(words.startsWith("no " + command) ? words : (command + " " + words).strip());
    }
    return lines;
  }

  private String configuration() throws IOException {
    var file = dir.resolve("configuration");
    control.order("write " + file);
    return Files.readString(file);
  }

  /// One way to give a command.
  @FunctionalInterface
  private interface Way {
    String reply(String line) throws Exception;
  }

  private void allRightFormsAreCarriedOut(Way way) throws Exception {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), pen.port())) {
      WebServer.get(client, "/");
      var number = control.ask("connections").split(" ", 2)[0];
      var from = control.ask("connection " + number).replaceAll("(?s).*from = (\\S+).*", "$1");
      for (var command : commands()) {
        if (command.equals("exit") || command.equals("close")) {
          continue; // ends what others need
        }
        if (REFUSED.contains(command)) {
          assertThat(way.reply(command + " value")).startsWith("error: " + command + ": ");
          continue;
        }
        assertThat(right).as("a right form").containsKey(command);
        for (var form : lines(command)) {
          var line =
              form.replace("CONNECTION", number)
                  .replace("LOCAL", from)
                  .replace("FILE", dir.resolve("file").toString())
                  .replace("LISTEN", "127.0.0.1:" + pen.port());
          assertThat(way.reply(line)).as(line).doesNotStartWith("error: ");
        }
      }
      assertThat(way.reply("close " + number)).doesNotStartWith("error: ");
      assertThat(client.getInputStream().read()).as("closed").isNegative();
    }
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }

  private void allWrongFormsChangeNothing(Way way) throws Exception {
    var before = configuration();
    for (var command : commands()) {
      for (var wrong : List.of(" one two three four five six", " \"open", " " + "9".repeat(300))) {
        assertThat(way.reply(command + wrong)).as(command + wrong).startsWith("error: ");
        assertThat(way.reply("no " + command + wrong)).startsWith("error: ");
      }
    }
    assertThat(configuration()).isEqualTo(before);
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }

  @Test
  void rightFormsAreCarriedOutAndWrongOnesChangeNothing() throws Exception {
    allWrongFormsChangeNothing(control::ask);
    allRightFormsAreCarriedOut(control::ask);
    control.order("exit");
    assertThat(pen.status()).isZero();
  }

  @Test
  void theSameWithTheClassicPenctl() throws Exception {
    var penctl = Programs.needed("penctl");
    Way classic =
        line -> {
          var outcome = PenProcess.run(penctl, socket.toString(), line);
          assertThat(outcome.err()).isEmpty();
          return outcome.out();
        };
    allWrongFormsChangeNothing(classic);
    allRightFormsAreCarriedOut(classic);
    classic.reply("exit");
    assertThat(pen.status()).isZero();
  }
}
