package org.penlb.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.penlb.tcp.Wire;

/// Whatever comes.
class GarbageTest {
  private static Listening shared;

  @BeforeContainer
  static void startShared() throws Exception {
    shared = Listening.start();
  }

  @AfterContainer
  static void stopShared() {
    shared.close();
  }

  @Property(tries = 500)
  void anyBytesHaveAReplyOrAnEnd(@ForAll @Size(max = 300) List<@Size(max = 50) byte[]> pieces)
      throws Exception {
    shared.executed.clear();
    String reply;
    try (var client = shared.connect()) {
      for (var piece : pieces) {
        client.getOutputStream().write(piece);
      }
      client.shutdownOutput();
      reply = Wire.all(client);
    } catch (IOException e) { // reset, as it went on sending
      reply = null;
    }
    if (!shared.executed.isEmpty() && reply != null) {
      assertThat(new String(reply.getBytes(ISO_8859_1), UTF_8))
          .isEqualTo(shared.executed.getFirst() + "\n");
    } else if (reply != null && !reply.isEmpty()) {
      assertThat(reply).startsWith("error: ");
    }
    assertThat(shared.executed).hasSizeLessThanOrEqualTo(1);
    assertThat(shared.exchange("alive\n")).isEqualTo("alive\n");
  }
}
