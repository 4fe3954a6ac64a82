package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceiverTest {
  private static Receiver parse(String line) {
    return Receiver.parse(List.of(line.split(" ")));
  }

  @Test
  void itIsWrittenInTwoWays() {
    var plain = new Receiver("loghost", 10000, null);
    assertThat(parse("loghost 10000")).isEqualTo(plain);
    assertThat(parse("loghost:10000")).isEqualTo(plain);
    var from = new Receiver("loghost", 10000, "10.0.0.1");
    assertThat(parse("loghost 10000 10.0.0.1")).isEqualTo(from);
    assertThat(parse("loghost:10000 10.0.0.1")).isEqualTo(from);
    var ipv6 = new Receiver("::1", 10000, null);
    assertThat(parse("::1 10000")).isEqualTo(ipv6);
    assertThat(parse("[::1] 10000")).isEqualTo(ipv6);
    assertThat(parse("[::1]:10000")).isEqualTo(ipv6).hasToString("[::1]:10000");
  }

  @Test
  void otherLinesAreNot() {
    for (var line :
        new String[] {
          "",
          "loghost",
          "loghost 0",
          "loghost 65536",
          "loghost x",
          "loghost:",
          ":10000",
          "loghost 10000 10.0.0.1 more",
          "loghost:10000 10.0.0.1 more",
          "::1",
          "[::1]",
          "[]:10000",
          "[::1 10000",
          "-x 10000",
          "loghost 1 -x"
        }) {
      assertThat(parse(line)).as(line).isNull();
    }
  }
}
