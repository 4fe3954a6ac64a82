package org.penlb.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/// A pen's control listener, as those see it who give it commands without a penctl.
///
/// @param from the local address; null: any
record Control(SocketAddress address, SocketAddress from) {
  private static final int PATIENCE_MILLIS = 30_000;

  static Control unix(Path socket) {
    return new Control(UnixDomainSocketAddress.of(socket), null);
  }

  static Control tcp(int port) {
    return tcp("127.0.0.1", port);
  }

  static Control tcp(String host, int port) {
    return new Control(new InetSocketAddress(InetAddress.ofLiteral(host), port), null);
  }

  Control from(String host) {
    return new Control(address, new InetSocketAddress(InetAddress.ofLiteral(host), 0));
  }

  SocketChannel connect() throws IOException {
    if (from == null) {
      return SocketChannel.open(address);
    }
    var channel = SocketChannel.open();
    channel.bind(from).connect(address);
    return channel;
  }

  /// The reply to one command, whole.
  String ask(String line) throws IOException {
    try (var channel = connect()) {
      channel.write(UTF_8.encode(line + "\n"));
      return readToEnd(channel);
    }
  }

  /// The lines of a reply.
  List<String> lines(String line) throws IOException {
    return ask(line).lines().toList();
  }

  /// A command that is carried out and has nothing to say.
  void order(String line) throws IOException {
    var reply = ask(line);
    if (!reply.isEmpty()) {
      throw new AssertionError(line + ": " + reply);
    }
  }

  static String readToEnd(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    var reply = new ByteArrayOutputStream();
    try (var selector = Selector.open();
        var out = Channels.newChannel(reply)) {
      channel.register(selector, SelectionKey.OP_READ);
      var buffer = ByteBuffer.allocate(64 * 1024);
      while (selector.select(PATIENCE_MILLIS) > 0) {
        selector.selectedKeys().clear();
        if (channel.read(buffer.clear()) < 0) {
          return reply.toString(UTF_8);
        }
        out.write(buffer.flip());
      }
      throw new AssertionError("no end of the reply after: " + reply.toString(UTF_8));
    }
  }
}
