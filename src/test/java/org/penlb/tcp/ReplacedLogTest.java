package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.Settings;
import org.penlb.log.RequestLog;

/// A request log that is replaced while clients send requests. (`ConnectionTable.replaceLog`.)
class ReplacedLogTest {
  @TempDir private Path directory;
  private TestServer server;
  private WiredPen pen;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.echo();
    pen = new WiredPen(2, Settings.DEFAULT, server);
    pen.start();
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
  }

  private RequestLog log(String name) throws IOException {
    return RequestLog.open(
        directory.resolve(name).toString(), System::currentTimeMillis, path -> path);
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(directory.resolve(name)).stream()
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .toList();
  }

  private Socket connect() throws Exception {
    return Wire.connect(pen.address(), "127.0.0.1");
  }

  private static void say(Socket client, String line) throws Exception {
    assertThat(Wire.ask(client, line)).isEqualTo(line);
  }

  @Test
  void linesOfALiveConnectionGoToTheLogOfTheMoment() throws Exception {
    try (var early = connect()) {
      say(early, "early");
      var first = log("first");
      pen.replaceLog(first);
      say(early, "early");
      try (var client = connect()) {
        say(client, "one");
        var second = log("second");
        pen.replaceLog(second);
        first.close();
        say(client, "two");
        pen.replaceLog(null);
        second.close();
        say(client, "nowhere");
        var third = log("third");
        pen.replaceLog(third);
        say(client, "three");
        pen.replaceLog(null);
        third.close();
      }
    }
    assertThat(lines("first")).containsExactly("one");
    assertThat(lines("second")).containsExactly("two");
    assertThat(lines("third")).containsExactly("three");
  }

  @Test
  void noLineIsLostWhileLogsAreReplaced() throws Exception {
    int logs = 30;
    var old = log("log0");
    pen.replaceLog(old);
    var talk =
        Wire.start(
            () -> {
              int said = 0;
              try (var a = connect();
                  var b = connect()) {
                for (; !Files.exists(directory.resolve("log" + logs)); said += 2) {
                  say(a, "a" + said);
                  say(b, "b" + said);
                }
              }
              return said;
            });
    for (int i = 1; i <= logs; i++) {
      var next = log("log" + i);
      pen.replaceLog(next);
      old.close();
      assertThat(old.dropped()).isZero();
      old = next;
    }
    int said = talk.get();
    pen.replaceLog(null);
    old.close();
    int logged = 0;
    for (int i = 0; i <= logs; i++) {
      logged += lines("log" + i).size();
    }
    assertThat(logged).isEqualTo(said).isPositive();
  }
}
