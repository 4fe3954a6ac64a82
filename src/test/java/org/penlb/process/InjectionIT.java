package org.penlb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client that wants to write pen's log and report.
class InjectionIT {
  private static final String FORGED = "10.9.8.7 1700000000 10.0.0.1 GET /forged HTTP/1.0";

  @TempDir private Path dir;

  private static void send(int port, String request) throws Exception {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.getOutputStream().write(request.getBytes(ISO_8859_1));
      client.shutdownOutput();
      client.getInputStream().readAllBytes();
    }
  }

  @Test
  void neitherLogNorReportNorDiagnosticsHoldWhatItMadeUp() throws Exception {
    var log = dir.resolve("log");
    var report = dir.resolve("report");
    try (var web = new WebServer("a");
        var pen =
            PenProcess.start(
                "-d",
                "-l",
                log.toString(),
                "-w",
                report.toString(),
                "127.0.0.1:0",
                web.address())) {
      var script = "<script>alert(1)</script>";
      send(pen.port(), "GET /" + script + "\r" + FORGED + " HTTP/1.0\r\n\r\n");
      send(pen.port(), "GET /\u001b]0;evil\u0007\u0085" + FORGED + " HTTP/1.0\r\n\r\n");
      send(pen.port(), "GET /\u0000\u000b\u000c\u00e2\u0080\u00a8" + FORGED + "\r\n\r\n");
      send(pen.port(), "\u001b[2J\r\n" + script + "\r\n\r\n");
      send(pen.port(), "GET / HTTP/1.0\r\n" + FORGED + "\r\nX: " + script + "\r\n\r\n");
      send(pen.port(), "GET /last HTTP/1.0\r\n\r\n");
      PenProcess.eventually("the lines", () -> Files.readString(log).contains("/last"));
      pen.signal("USR1");
      PenProcess.eventually("a report", () -> Files.exists(report));

      // Latin 1: each byte of the file is one character.
      var bytes = Files.readString(log, ISO_8859_1);
      assertThat(bytes.lines()).allMatch(line -> line.startsWith("127.0.0.1 ")).hasSize(6);
      assertThat(bytes).matches("[ -~\n]*");
      assertThat(bytes.lines()).noneMatch(line -> line.length() > 160);
      assertThat(Xml.parse(Files.readString(report)).getElementsByTagName("script").getLength())
          .isZero();
      assertThat(pen.stderr()).matches("[ -~\n]*");
      assertThat(pen.stderr().lines()).allMatch(line -> line.matches("\\d\\d:\\d\\d:\\d\\d\\..*"));
    }
  }

  @Test
  void neitherDoDumpsOfTheTraffic() throws Exception {
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-ddd", "-a", "127.0.0.1:0", web.address())) {
      send(pen.port(), "GET /\u001b[2J HTTP/1.0\r\n" + FORGED + "\n\u0085" + "\r\n\r\n");
      PenProcess.eventually("a dump", () -> pen.stderr().contains("forged"));
      assertThat(pen.stderr()).matches("[ -~\n]*");
      assertThat(pen.stderr().lines()).noneMatch(line -> line.startsWith("10.9.8.7"));
    }
  }
}
