package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.penlb.tcp.Wire;
import org.penlb.udp.UdpClient;
import org.penlb.udp.UdpServer;

/// pen with some 64 descriptors, of which a session takes one, and 100 clients, though `-x` would
/// let them in: datagrams are dropped, nobody is blamed, and others give up their places.
class UdpShortageTest {
  private static final int CLIENTS = 100;

  @Test
  void sessionsForWhichThereIsNoDescriptorAreDroppedAndNobodyIsBlamed() throws Exception {
    var clients = new ArrayList<UdpClient>();
    try (var server = UdpServer.named("server");
        var pen = start(server)) {
      var at = Wire.local(pen.port());
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(UdpClient.open());
        assertThat(clients.get(i).askAgainAndAgain(at, "client " + i))
            .isEqualTo("server client " + i);
      }
      await()
          .atMost(PenProcess.PATIENCE)
          .until(() -> pen.err().contains("no socket for a session"));
      assertThat(pen.cpuOver(1)).as("processors kept busy").isLessThan(0.2);
      for (int i = 0; i < CLIENTS; i += 20) {
        assertThat(clients.get(i).askAgainAndAgain(at, "again " + i))
            .isEqualTo("server again " + i);
      }
      pen.signal("USR1");
      await().atMost(PenProcess.PATIENCE).until(() -> pen.err().contains("shortage"));
      assertThat(pen.err()).doesNotContain("left out").doesNotContain("ERROR");
      assertThat(lines(pen.err(), "no socket for a session")).isOne();
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }

  private static PenProcess start(UdpServer server) throws Exception {
    return PenProcess.start(
        List.of("sh", "-c", "ulimit -n 64; exec \"$@\"", "pen"),
        "-U",
        "-f",
        "--loops",
        "1",
        "-x",
        "1000",
        "127.0.0.1:0",
        server.address());
  }

  private static int lines(String text, String with) {
    return (int) Pattern.compile(Pattern.quote(with)).matcher(text).results().count();
  }
}
