package org.penlb;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.penlb.config.BadSettingException;
import org.penlb.log.Diagnostics;
import org.penlb.stats.HtmlReport;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Signals;
import org.penlb.unix.Terminal;
import org.penlb.unix.WholeFile;

/// `pen --demo`: three web servers, pen in front of them, and clients that show what it does.
///
/// Owned by: the main thread.
final class Demo {
  private static final Duration BLACKLIST = Duration.ofSeconds(1);
  private static final List<String> CLIENTS =
      List.of("127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14");

  private final PrintStream out;
  private final boolean coloured;
  private final List<HttpServer> servers = new ArrayList<>();
  private Balancer pen;

  Demo(PrintStream out) {
    this.out = out;
    this.coloured =
        Terminal.isTerminal(1) && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
  }

  int run() throws IOException, BadSettingException, InterruptedException {
    Diagnostics.toStderr(-1);
    var ended = new CountDownLatch(1);
    Signals.on("INT", ended::countDown);
    Signals.on("TERM", ended::countDown);
    try {
      start();
      show();
      if (Terminal.isTerminal(0) && Terminal.isTerminal(1)) {
        stay(ended);
      }
    } finally {
      if (pen != null) {
        pen.close();
      }
      servers.forEach(server -> server.stop(0));
    }
    return 0;
  }

  private void start() throws IOException, BadSettingException {
    for (int slot = 0; slot < 3; slot++) {
      servers.add(webServer(slot, 0));
    }
    var builder = Balancer.builder().listen("127.0.0.1:0").settings(s -> s.blacklist = BLACKLIST);
    for (var server : servers) {
      builder.server("127.0.0.1:" + port(server));
    }
    pen = builder.start();
  }

  private static HttpServer webServer(int slot, int port) throws IOException {
    var server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    var answer = ("server " + slot + "\n").getBytes(StandardCharsets.US_ASCII);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon(true).factory()));
    server.start();
    return server;
  }

  private static int port(HttpServer server) {
    return server.getAddress().getPort();
  }

  // ---- the story ------------------------------------------------------------------------------

  private void show() throws IOException, InterruptedException {
    title("Three web servers, and pen in front of them on http://127.0.0.1:" + pen.port() + "/");
    for (int slot = 0; slot < servers.size(); slot++) {
      out.println("  server " + slot + " on 127.0.0.1:" + port(servers.get(slot)));
    }
    title("A new client gets the next server in turn; one that comes back gets its own again.");
    CLIENTS.forEach(this::request);
    CLIENTS.forEach(this::request);
    showFailover();
    showReturn();
    writeReport();
  }

  private void showFailover() {
    title("Server 1 stops. Its clients go to the next in line, all others stay where they are.");
    servers.get(1).stop(0);
    CLIENTS.forEach(this::request);
    out.println(
        "  pen leaves server 1 out for " + BLACKLIST.toSeconds() + " s before it tries it again.");
  }

  private void showReturn() throws IOException, InterruptedException {
    title("Server 1 is back. Known clients stay where they are now; it gets new ones.");
    servers.set(1, webServer(1, port(servers.get(1))));
    while (snapshot().servers().get(1).state() != Snapshot.ServerState.UP) {
      Thread.sleep(20);
    }
    request(CLIENTS.get(1));
    // The turn of server 1 comes within three new clients.
    for (int i = 0; i < 3; i++) {
      if (request("127.0.0.2" + (i + 1)).equals("server 1")) {
        return;
      }
    }
  }

  /// Prints who was answered by whom, and why; returns the answer.
  private String request(String client) {
    String answer;
    try (var socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(client), 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), pen.port()));
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      answer = text.substring(text.lastIndexOf("\r\n") + 2).strip();
    } catch (IOException e) {
      answer = "no answer: " + e.getMessage();
    }
    var why = reason(client);
    out.printf("  client %-11s -> %s  %s%n", client, answer, paint(colourOf(why), why));
    return answer;
  }

  private String reason(String client) {
    return snapshot().recentClients().stream()
        .filter(known -> known.address().equals(client))
        .map(Snapshot.Client::reason)
        .findFirst()
        .orElse("unknown");
  }

  private Snapshot.Service snapshot() {
    return pen.snapshot().services().getFirst();
  }

  private void writeReport() throws IOException {
    var file = Files.createTempDirectory("pen-demo").resolve("report.html");
    WholeFile.volatileOne(file, "report").write(HtmlReport.render(pen.snapshot()));
    title("All of it as a page, as `kill -USR1` writes it to the file that -w names:");
    out.println("  " + file);
  }

  private void stay(CountDownLatch ended) throws InterruptedException {
    title("Now you: curl http://127.0.0.1:" + pen.port() + "/   (Ctrl-C ends the demo)");
    ended.await();
    out.println();
  }

  // ---- looks ----------------------------------------------------------------------------------

  private void title(String text) {
    out.println();
    out.println(paint("1", text));
  }

  private static String colourOf(String reason) {
    return switch (reason) {
      case "new" -> "36";
      case "returning" -> "32";
      default -> "33";
    };
  }

  private String paint(String code, String text) {
    return coloured ? "\033[" + code + "m" + text + "\033[0m" : text;
  }
}
