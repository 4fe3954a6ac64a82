package org.penlb.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// Datagrams pass unchanged, one by one, whatever their size.
class SizesTest {
  private static final int[] SIZES = {0, 1, 1472, 32_769, 65_507};

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 127.0.0.1",
    "[::1], ::1, ::1",
    "[::1], ::1, 127.0.0.1",
    "127.0.0.1, 127.0.0.1, ::1",
    "0.0.0.0, 127.0.0.1, 127.0.0.1"
  })
  void everySizePassesUnchangedBothWays(String listen, String from, String serverAt)
      throws Exception {
    if ((listen + serverAt).contains("::")) {
      Wire.needIpv6();
    }
    try (var server =
            UdpServer.start(serverAt, 0, question -> question.reply(reversed(question.text())));
        var pen = Pens.listeningOn(listen + ":0", server.address()).udp(true).start();
        var client = UdpClient.from(from)) {
      var random = new Random(1);
      for (int round = 0; round < 3; round++) {
        for (int size : SIZES) {
          var bytes = new byte[size];
          random.nextBytes(bytes);
          var text = new String(bytes, ISO_8859_1);
          client.send(UdpClient.at(from, pen.port()), text);
          assertThat(client.text().equals(reversed(text))).as("%d bytes", size).isTrue();
        }
      }
      assertThat(server.senders()).hasSize(1);
    }
  }

  private static String reversed(String text) {
    return new StringBuilder(text).reverse().toString();
  }

  @Test
  void sizesOfOneBatchDoNotMix() throws Exception {
    try (var server = UdpServer.echo();
        var pen = Pens.before(server.address()).udp(true).open();
        var client = UdpClient.open()) {
      for (int i = 0; i < 40; i++) {
        client.send(pen, ("" + (char) ('a' + i % 26)).repeat(i % 3 == 0 ? 0 : i * 100));
      }
      pen.start();
      for (int i = 0; i < 40; i++) {
        assertThat(client.text())
            .isEqualTo(("" + (char) ('a' + i % 26)).repeat(i % 3 == 0 ? 0 : i * 100));
      }
    }
  }
}
