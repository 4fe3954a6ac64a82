package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `--linux-sockets`. That every test of connections runs with them too is the build's doing.
class LinuxSocketsIT {
  private static final int CLOEXEC = 02000000; // open(2)

  @Test
  void bothSidesOfConnectionAreMadeByLinuxsOwnCalls() throws Exception {
    assertThat(ownSocketsDuringConnection("--linux-sockets")).isEqualTo(2);
  }

  @Test
  void theDefaultIsTheJdks() throws Exception {
    assertThat(ownSocketsDuringConnection("-r")).isZero();
  }

  /// The JDK's own sockets would stay open in a program that pen became, these would not.
  private static long ownSocketsDuringConnection(String option) throws Exception {
    try (var web = new WebServer("a");
        var pen = PenProcess.start(option, "127.0.0.1:0", web.address());
        var client = new Socket("127.0.0.1", pen.port())) {
      assertThat(WebServer.get(client, "/")).isEqualTo("a");
      try (var descriptors = Files.list(Path.of("/proc/" + pen.pid() + "/fd"))) {
        return descriptors.filter(LinuxSocketsIT::isOwnSocket).count();
      }
    }
  }

  private static boolean isOwnSocket(Path descriptor) {
    try {
      var info = descriptor.getParent().resolveSibling("fdinfo").resolve(descriptor.getFileName());
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:")
          && (flags(info) & CLOEXEC) != 0;
    } catch (NoSuchFileException e) {
      return false; // closed meanwhile
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int flags(Path info) throws IOException {
    for (var line : Files.readAllLines(info)) {
      if (line.startsWith("flags:")) {
        return Integer.parseInt(line.substring("flags:".length()).strip(), 8);
      }
    }
    throw new AssertionError("no flags in " + info);
  }

  @Test
  void elsewhereTheyAreRefused() throws Exception {
    var command = PenProcess.command("--linux-sockets", "127.0.0.1:0", "127.0.0.1:1");
    command.environment().put("PEN_JAVA_OPTS", "-Dos.name=FreeBSD");
    var start = PenProcess.run(command);
    assertThat(start.status()).isEqualTo(1);
    assertThat(start.err().lines()).singleElement().asString().contains("Linux on 64 bits");
  }
}
