package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// All of it: clients, pen, two web servers, their penlogs, and penlogd, which writes one log.
/// Every request is in it exactly once, with its true client, also where many ask for the same
/// thing.
class ChainIT {
  private static final Pattern LINE =
      Pattern.compile("(\\S+) - - \\[[^]]+\\] \"GET (\\S+) HTTP/1.1\" \\d+ \\d+ \"-\" \"-\"");

  private static final List<String> SERVERS = List.of("127.0.1.1", "127.0.1.2");

  @TempDir private Path dir;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var process : processes.reversed()) {
      process.destroy();
      process.waitFor();
    }
    for (var one : open.reversed()) {
      one.close();
    }
  }

  private Tool keep(Tool tool) {
    open.add(tool);
    return tool;
  }

  private static boolean answers(String host, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Lets the crowd visit the servers through pen, and compares the log with what they did.
  private void compare(Tool penlogd, Path log, int webPort) throws Exception {
    for (var server : SERVERS) {
      Tool.eventually("a web server", () -> answers(server, webPort));
    }
    var command =
        new ProcessBuilder(
            Tool.ours("pen"),
            "-f",
            "-r",
            "-l",
            "127.0.0.1:" + penlogd.port(),
            "127.0.0.1:0",
            SERVERS.get(0) + ":" + webPort,
            SERVERS.get(1) + ":" + webPort);
    var pen = keep(Tool.start(command.redirectOutput(ProcessBuilder.Redirect.DISCARD)));
    pen.awaitListening();
    var visits = Crowd.visit(pen.port());
    Tool.eventually("all lines", () -> Tool.lines(log).size() >= visits.size());
    assertThat(penlogd.terminate()).isZero();
    var logged = new ArrayList<String>();
    for (var line : Tool.lines(log)) {
      var parts = LINE.matcher(line);
      assertThat(parts.matches()).as(line).isTrue();
      logged.add(parts.group(1) + " " + parts.group(2));
    }
    assertThat(logged.stream().sorted().toList())
        .isEqualTo(visits.stream().sorted().toList())
        .hasSize(5000);
    assertThat(penlogd.err()).contains("matched 5000", "unmatched 0");
    assertThat(pen.err()).doesNotContain("WARN", "ERROR");
  }

  @Test
  void everyRequestToNginxIsLoggedOnceWithItsClient() throws Exception {
    var nginx = Tool.needed("nginx");
    var tail = Tool.needed("tail");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    var log = dir.resolve("merged.log");
    var penlogd = keep(Tool.penlogd(log, "--hold", "20000", "-n", "10000"));
    int port = Tool.freePort();
    for (var server : SERVERS) {
      var file = Files.writeString(dir.resolve(server + ".conf"), nginx(server, port));
      var access = Files.createFile(dir.resolve(server + ".log"));
      processes.add(
          new ProcessBuilder(nginx, "-e", dir + "/error.log", "-c", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve(server + ".out").toFile())
              .start());
      processes.addAll(
          ProcessBuilder.startPipeline(
              List.of(
                  new ProcessBuilder(tail, "-n", "+1", "-F", access.toString()),
                  new ProcessBuilder(Tool.ours("penlog"), "127.0.0.1:" + penlogd.port(), server))));
    }
    compare(penlogd, log, port);
  }

  private String nginx(String server, int port) {
    return """
    daemon off;
    master_process off;
    pid %1$s/%2$s.pid;
    error_log %1$s/error.log;
    events { worker_connections 512; }
    http {
      access_log %1$s/%2$s.log combined;
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen %2$s:%3$d;
        location / { return 200 "hello"; }
      }
    }
    """
        .formatted(dir, server, port);
  }

  @Test
  void everyRequestToApacheIsLoggedOnceWithItsClient() throws Exception {
    var apache = Tool.needed("apache2");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    var log = dir.resolve("merged.log");
    var penlogd = keep(Tool.penlogd(log, "--hold", "20000", "-n", "10000"));
    int port = Tool.freePort();
    for (var server : SERVERS) {
      var file =
          Files.writeString(dir.resolve(server + ".conf"), apache(server, port, penlogd.port()));
      processes.add(
          new ProcessBuilder(apache, "-D", "FOREGROUND", "-f", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve(server + ".out").toFile())
              .start());
      Tool.eventually(
          "Apache's start", () -> answers(server, port) || !processes.getLast().isAlive());
      assertThat(processes.getLast().isAlive())
          .as(Files.readString(dir.resolve(server + ".out"), ISO_8859_1))
          .isTrue();
    }
    compare(penlogd, log, port);
  }

  /// One child with a thread for everybody: otherwise Apache closes connections that are kept, when
  /// it has few threads to spare or many, and a client must ask again, which pen would log, too.
  private String apache(String server, int port, int logPort) {
    return """
    ServerRoot %1$s
    ServerName %2$s
    PidFile %1$s/%2$s.pid
    DefaultRuntimeDir %1$s
    Mutex file:%1$s default
    LoadModule mpm_worker_module /usr/lib/apache2/modules/mod_mpm_worker.so
    LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
    <IfModule unixd_module>
      User www-data
      Group www-data
    </IfModule>
    ServerLimit 1
    StartServers 1
    ThreadLimit 160
    ThreadsPerChild 160
    MaxRequestWorkers 160
    MinSpareThreads 1
    MaxSpareThreads 160
    Listen %2$s:%3$d
    ErrorLog %1$s/%2$s.error
    DocumentRoot %1$s
    KeepAlive On
    MaxKeepAliveRequests 0
    KeepAliveTimeout 60
    LogFormat "%%h %%l %%u %%t \\"%%r\\" %%>s %%O \\"%%{Referer}i\\" \\"%%{User-Agent}i\\"" combined
    CustomLog "|%4$s 127.0.0.1 %5$d %2$s" combined
    """
        .formatted(dir, server, port, Tool.ours("penlog"), logPort);
  }
}
