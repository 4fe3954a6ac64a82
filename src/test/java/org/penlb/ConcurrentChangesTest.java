package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// Changes and traffic at the same time.
@Timeout(120)
class ConcurrentChangesTest {
  @TempDir private Path directory;
  private TestServer server;
  private AdministeredPen pen;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.echo();
    var text = "listen 127.0.0.1:0\nserver 0 address 127.0.0.1 port %d\n".formatted(server.port());
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
  }

  @Test
  void noChangeIsLostWhereTwoAreMadeAtOnce() throws Exception {
    int each = 150;
    var changes =
        IntStream.range(1, 4)
            .mapToObj(
                list ->
                    Wire.start(
                        () -> {
                          for (int i = 0; i < each; i++) {
                            pen.done("acl %d deny 192.0.2.%d".formatted(list, i));
                            pen.done("server %d max %d".formatted(list, i + 1));
                            pen.done("servers");
                          }
                          return list;
                        }))
            .toList();
    for (var change : changes) {
      change.join();
    }
    var configuration = pen.configuration();
    for (int list = 1; list < 4; list++) {
      assertThat(configuration.lists().get(list)).hasSize(each);
      assertThat(configuration.services().getFirst().servers().get(list).max()).isEqualTo(each);
    }
  }

  @Test
  void noLineOfTheRequestLogIsLostWhereItIsReplaced() throws Exception {
    var over = new AtomicBoolean();
    int clients = 3;
    var logs =
        IntStream.range(0, 10).mapToObj(i -> directory.resolve("log" + i).toString()).toList();
    pen.done("log " + logs.getFirst());
    var talks =
        IntStream.range(0, clients)
            .mapToObj(client -> Wire.start(() -> talk(client, over)))
            .toList();
    for (int i = 1; i < 100; i++) {
      pen.done("log " + logs.get(i % logs.size()));
    }
    over.set(true);
    int said = 0;
    for (var talk : talks) {
      said += talk.join();
    }
    pen.done("no log");
    var lines = lines(logs);
    assertThat(lines).hasSize(said).doesNotHaveDuplicates();
    assertThat(pen.balancer().snapshot().services().getFirst().logLinesDropped()).isZero();
  }

  /// Returns how many lines a client has said.
  private int talk(int client, AtomicBoolean over) throws Exception {
    int said = 0;
    try (var socket = pen.connect("main", "127.0.1." + (client + 1))) {
      while (!over.get()) {
        var line = "client %d line %d".formatted(client, said++);
        assertThat(Wire.ask(socket, line)).isEqualTo(line);
      }
    }
    return said;
  }

  private static List<String> lines(List<String> files) throws Exception {
    var all = new StringBuilder();
    for (var file : files) {
      all.append(Files.readString(Path.of(file)));
    }
    return all.toString()
        .lines()
        .map(line -> line.substring(line.indexOf("client ")))
        .collect(Collectors.toList());
  }
}
