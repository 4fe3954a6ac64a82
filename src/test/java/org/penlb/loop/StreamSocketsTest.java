package org.penlb.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamSocketsTest {
  /// The build runs the tests of connections with each.
  @Test
  void loopsHaveTheKindThatThePropertyNames() throws Exception {
    var property = System.getProperty("pen.sockets");
    var loop = new EventLoop("test", Clock.SYSTEM);
    try {
      assertThat(loop.sockets())
          .isEqualTo("linux".equals(property) ? StreamSockets.LINUX : StreamSockets.NIO);
    } finally {
      loop.close();
    }
  }

  @Test
  void theKindsDiffer() throws IOException {
    try (var jdks = StreamSockets.NIO.open(false);
        var any = SocketChannel.open();
        var own = StreamSockets.LINUX.open(false)) {
      assertThat(jdks).hasSameClassAs(any);
      assertThat(own).doesNotHaveSameClassAs(jdks);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothAcceptAndConnect(StreamSockets kind) throws IOException {
    assertThat(kind.areAvailable()).isTrue();
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      listener.configureBlocking(false);
      assertThat(kind.accept(listener)).isNull();
      try (var client = kind.open(false)) {
        client.configureBlocking(false);
        boolean connected = client.connect(listener.getLocalAddress());
        while (!connected) {
          connected = client.finishConnect();
        }
        try (var accepted = kind.accept(listener)) {
          assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
      }
    }
  }
}
