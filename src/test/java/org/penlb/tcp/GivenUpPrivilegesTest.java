package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.penlb.config.Endpoint;
import org.penlb.unix.Privileges;

/// What pen says when it lacks a right that it had at start.
class GivenUpPrivilegesTest {
  @BeforeAll
  static void needsRoot() {
    assumeTrue(Privileges.isRoot(), "needs root");
  }

  private static String said(List<String> wrapper, String what) throws Exception {
    var command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(Wire.socketsOption());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(GivenUpPrivilegesTest.class.getName(), what));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void portOfRootCannotBeListenedOnAfterwards() throws Exception {
    assertThat(said(List.of(), "privileged"))
        .isEqualTo(
            "cannot listen on 127.0.0.1:80: Permission denied: pen gave up its privileges (-u)");
  }

  @Test
  void portOfASocketFromBeforeCannotBeShared() throws Exception {
    assertThat(said(List.of(), "shared"))
        .matches(
            "cannot listen on 127\\.0\\.0\\.1:\\d+: Address already in use: pen gave up its"
                + " privileges \\(-u\\)");
  }

  @Test
  void transparentNeedsItsCapability() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    TcpSockets.checkTransparent();
    assertThat(said(List.of("setpriv", "--bounding-set", "-net_admin,-net_raw"), "transparent"))
        .isEqualTo(
            "cannot connect from the addresses of clients (transparent): Operation not permitted:"
                + " it needs the capability CAP_NET_ADMIN");
  }

  // ---- in the other process -------------------------------------------------------------------

  public static void main(String[] args) throws Exception {
    TcpSockets.checkSource(null); // loads it, and the logger, while files of root can be read
    try {
      switch (args[0]) {
        case "transparent" -> TcpSockets.checkTransparent();
        case "privileged" -> {
          open("127.0.0.1:0", List.of()); // loads what it needs
          Privileges.drop("nobody");
          open("127.0.0.1:80", List.of());
        }
        default -> {
          var old = open("0.0.0.0:0", List.of());
          int port = old.getFirst().socket().getLocalPort();
          Privileges.drop("nobody");
          open("127.0.0.1:" + port, old);
        }
      }
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
  }

  private static List<ServerSocketChannel> open(String where, List<ServerSocketChannel> replaced)
      throws Exception {
    return ListeningSockets.open(Endpoint.parse(where), 1, 50, false, replaced);
  }
}
