package org.penlb.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextReportTest {
  private static final String BUSY =
      """
      pen 1.0.0, 2026-03-14 15:09:26 UTC, up 12 d 4 h

      service web
        listeners    0.0.0.0:443, [::]:443
        mode         no hash roundrobin no stubborn no weight no prio
        connections  224 of 500 (45 %)
        clients      23,412 of 32,768 (71 %)
        accepted     1,203,521
        log          12 request log lines dropped

        Servers
        slot       server             state             conns        max       hard  weight  prio
        0          app-1.example.net  up                   82  unlimited  unlimited      10     0
        1          app-2.example.net  up                   75        100        120      10     0
        2          app-3.example.net  blacklisted 17 s      0  unlimited  unlimited      10     0
      """;

  @Test
  void showsServersInColumns() {
    assertThat(TextReport.render(Samples.busy())).startsWith(BUSY);
  }

  @Test
  void listsAFewClientsAndConnectionsAndSaysHowMany() {
    assertThat(TextReport.render(Samples.busy()).lines())
        .contains(
            "  The newest 50 of 23,412 tracked clients.",
            "  The oldest 40 of 224 live connections.",
            "  1203026  203.0.113.2 port 50002        2 10.20.~  44m26s  open             10.0K"
                + "       1.9M     0B");
  }

  @Test
  void serviceOfUdpHasSessionsAndDatagrams() {
    var report = TextReport.render(Samples.of(Samples.dns()));
    assertThat(report.lines())
        .contains(
            "  udp_timeout  30 s",
            "  sessions     471 of 500 (94 %)",
            "  slot  server           state             sessions        max       hard  weight "
                + " prio",
            "  slot  address     port  accepted  failed     sent  received   dgs sent   dgs rcvd",
            "  0     10.20.0.21  8443    27,883       0  446 MiB   3.9 GiB  3,238,801  7,797,115",
            "  203.0.113.1                    1s  1 ns2.e~  returning        32   694K  78.1K    "
                + " 1,301       811",
            "  The oldest 20 of 471 live sessions.")
        .allMatch(line -> line.length() <= TextReport.WIDTH);
    assertThat(report)
        .endsWith(
            """

              Datagrams dropped
              cause           count  share
              flood           1,204   96 %
              no server          41    3 %
              from elsewhere      7    1 %
            """)
        .doesNotContain("onnection", "wait\n");
  }

  @Test
  void emptyStatesHaveASentence() {
    assertThat(TextReport.render(Samples.of(Samples.idle())).lines().map(String::strip))
        .contains(
            "No servers are configured.",
            "No tracked clients at the moment.",
            "No live connections at the moment.",
            "No connection has been closed yet.");
    assertThat(TextReport.render(Samples.of())).endsWith("\nNo services are configured.\n");
  }

  @Test
  void staysWithinItsWidth() {
    var big = Samples.of(Samples.withServers("big ".repeat(80), Samples.many(500)), Samples.web());
    assertThat(TextReport.render(big).lines()).allMatch(line -> line.length() <= TextReport.WIDTH);
  }
}
