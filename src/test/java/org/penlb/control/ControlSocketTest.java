package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.Endpoint;
import org.penlb.unix.Filesystem;
import org.penlb.unix.Privileges;

/// What a control listener is opened on, and what may be in the way.
@Timeout(30)
class ControlSocketTest {
  @TempDir private Path dir;
  private Path path;

  @BeforeEach
  void nameSocket() {
    path = dir.resolve("control");
  }

  private static ControlListener open(Object endpoint) throws Exception {
    return ControlListener.open(Endpoint.parse(endpoint.toString()));
  }

  private void refuses(String why) throws Exception {
    assertThatThrownBy(() -> open(path))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot open the control listener on " + path + ": " + why);
  }

  private String ask() throws IOException {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(UTF_8.encode("mode\n"));
      return new String(Channels.newInputStream(client).readAllBytes(), UTF_8);
    }
  }

  // ---- TCP ------------------------------------------------------------------------------------

  @Test
  void barePortIsOneOfThisMachineOnly() throws Exception {
    try (var listener = open("0")) {
      var address = (InetSocketAddress) listener.address();
      assertThat(address.getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
      assertThat(listener.addressText()).isEqualTo("127.0.0.1:" + address.getPort());
    }
  }

  @Test
  void portThatIsInUseIsAnErrorThatNamesIt() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThatThrownBy(() -> open(other.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "cannot open the control listener on 127.0.0.1:%d: Address already in use",
              other.getLocalPort());
    }
  }

  @Test
  void portIsSharedWithNobody() throws Exception {
    try (var listener = open("127.0.0.1:0");
        var other = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
      other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      assertThatThrownBy(() -> other.bind(listener.address()))
          .hasMessageContaining("Address already in use");
      assertThatThrownBy(() -> open(listener.addressText())).hasMessageContaining("in use");
    }
  }

  @Test
  void portIsFreeAgainAtOnce() throws Exception {
    int port;
    try (var listening = Listening.start()) {
      port = listening.port();
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
    }
    open(port).close();
  }

  @Test
  void hostThatNobodyKnowsIsAnError() {
    assertThatThrownBy(() -> open("no-such-host.invalid:8888"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot open the control listener on no-such-host.invalid:8888: unknown host");
  }

  // ---- Unix -----------------------------------------------------------------------------------

  @Test
  void unixSocketIsItsOwnersAloneWhateverTheMask() throws Exception {
    int mask = Filesystem.umask(0);
    try (var _ = open(path)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      assertThat(Filesystem.umask(0)).as("the mask afterwards").isZero();
    } finally {
      Filesystem.umask(mask);
    }
  }

  @Test
  void maskIsPutBackAfterAFailureToo() throws Exception {
    path = dir.resolve("no such directory/control");
    int mask = Filesystem.umask(022);
    try {
      refuses("No such file or directory");
      assertThat(Filesystem.umask(022)).isEqualTo(022);
    } finally {
      Filesystem.umask(mask);
    }
  }

  @Test
  void unixSocketGoesWithItsListener() throws Exception {
    try (var _ = Listening.start(path.toString(), Listening.ECHO)) {
      assertThat(ask()).isEqualTo("mode\n");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void whatIsSomebodyElsesByThenStays() throws Exception {
    var listener = open(path);
    Files.move(path, dir.resolve("moved")); // otherwise its inode might be used again
    Files.writeString(path, "precious");
    listener.close();
    assertThat(path).hasContent("precious");
  }

  @Test
  void socketThatSomebodyListensOnIsInUse() throws Exception {
    try (var _ = Listening.start(path.toString(), Listening.ECHO)) {
      refuses("Address already in use");
      assertThat(ask()).isEqualTo("mode\n");
    }
  }

  @Test
  void socketThatNobodyListensOnIsReplaced() throws Exception {
    leaveSocket();
    try (var _ = Listening.start(path.toString(), Listening.ECHO)) {
      assertThat(ask()).isEqualTo("mode\n");
    }
  }

  private void leaveSocket() throws IOException {
    try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
  }

  @Test
  void socketOfAnotherUserStaysEvenIfNobodyListens() throws Exception {
    assumeTrue(Privileges.isRoot(), "needs root");
    leaveSocket();
    Files.setAttribute(path, "unix:uid", 65_534);
    refuses("there is a socket of another user");
    assertThat(path).exists();
  }

  @Test
  void fileStays() throws Exception {
    Files.writeString(path, "precious");
    refuses("there is something that is not a socket");
    assertThat(path).hasContent("precious");
  }

  @Test
  void directoryStays() throws Exception {
    Files.createDirectory(path);
    refuses("there is something that is not a socket");
    assertThat(path).isDirectory();
  }

  @Test
  void linkStaysWhereverItLeads() throws Exception {
    leaveSocket();
    var old = Files.move(path, dir.resolve("old"));
    for (var target : new Path[] {old, dir.resolve("nothing")}) {
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, target);
      refuses("there is something that is not a socket");
      assertThat(Files.readSymbolicLink(path)).isEqualTo(target);
    }
    assertThat(old).exists();
  }

  @Test
  void pipeStays() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    refuses("there is something that is not a socket");
    assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void pathThatIsTooLongForASocketIsAnError() throws Exception {
    path = dir.resolve("x".repeat(120));
    assertThatThrownBy(() -> open(path))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot open the control listener on " + path + ": ");
    assertThat(path).doesNotExist();
  }
}
