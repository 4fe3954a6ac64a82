package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A daemon's diagnostics go to the system's log.
class SyslogIT {
  private static final Path SOCKET = Path.of("/dev/log");
  private static final Pattern OF_A_PEN = Pattern.compile(" pen\\[\\d+\\]: ");
  private static final String LISTENER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("/dev/log")
      with open(sys.argv[1], "ab", buffering=0) as f:
          while True:
              f.write(s.recv(65536).rstrip(b"\\0") + b"\\n")
      """;

  @TempDir private Path dir;

  private Process listener;
  private Path pidFile;

  @AfterEach
  void close() throws IOException {
    if (pidFile != null && Files.exists(pidFile)) {
      PenProcess.end(pid());
    }
    if (listener != null) {
      listener.destroyForcibly();
      Files.deleteIfExists(SOCKET);
    }
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(pidFile).strip());
  }

  private static boolean contains(Path log, String from, String text) throws IOException {
    return Files.readString(log).lines().anyMatch(l -> l.contains(from) && l.contains(text));
  }

  @Test
  void whatHappensAndTheReportAppearInTheLogOfTheSystem() throws Exception {
    Programs.needRoot();
    var python = Programs.needed("python3");
    Programs.require(!Files.exists(SOCKET), "/dev/log, which somebody else has");
    var log = dir.resolve("messages");
    listener = new ProcessBuilder(python, "-c", LISTENER, log.toString()).start();
    PenProcess.eventually("a listener", () -> Files.exists(SOCKET));
    pidFile = dir.resolve("pid");
    int port = WebServer.freePort();
    var file = Files.writeString(dir.resolve("pen.conf"), "blacklist 5\n");
    try (var web = new WebServer("a")) {
      var outcome =
          PenProcess.run(
              PenProcess.PEN,
              "-p",
              pidFile.toString(),
              "-F",
              file.toString(),
              "127.0.0.1:" + port,
              "127.0.0.1:1",
              web.address());
      assertThat(outcome).isEqualTo(new PenProcess.Outcome(0, "", ""));
      assertThat(WebServer.get("127.0.0.1", port, "/")).isEqualTo("a");
      PenProcess.signal(pid(), "USR1");
      // <facility * 8 + severity>: user.info, user.warning
      var from = " pen[" + pid() + "]: ";
      PenProcess.eventually("a report", () -> contains(log, from, "Closes by cause"));
      Files.writeString(file, "blacklist 5\nnonsense\n");
      PenProcess.signal(pid(), "HUP");
      PenProcess.eventually("an error", () -> contains(log, from, "not applied"));
      var messages = Files.readString(log);
      // Other tests' pens run beside this one.
      assertThat(messages.lines().filter(line -> !OF_A_PEN.matcher(line).find())).isEmpty();
      assertThat(messages.lines())
          .anyMatch(line -> line.startsWith("<14>") && line.contains(from + "listening on"))
          .anyMatch(
              line ->
                  line.startsWith("<12>")
                      && line.contains(from)
                      && line.contains("Connection refused"))
          .anyMatch(line -> line.startsWith("<11>") && line.contains(from + file + ", line 2: "));
    }
  }
}
