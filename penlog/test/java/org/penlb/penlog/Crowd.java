package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/// Clients with addresses of their own, all at the same time: each asks for some things on one
/// connection and for some on a new connection each; every third thing is the same for all.
final class Crowd {
  private static final int CLIENTS = 50;
  private static final int REQUESTS = 100;

  private Crowd() {}

  /// Visits a port of this machine.
  ///
  /// @return a line `CLIENT PATH` for each request that was answered
  static List<String> visit(int port) throws Exception {
    var visits = new ArrayList<String>();
    try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
      var tasks = new ArrayList<Callable<List<String>>>();
      for (int i = 1; i <= CLIENTS; i++) {
        var client = "127.0.5." + i;
        tasks.add(() -> visit(client, port));
      }
      for (var done : clients.invokeAll(tasks)) {
        visits.addAll(done.get());
      }
    }
    return visits;
  }

  private static List<String> visit(String client, int port) throws IOException {
    var visits = new ArrayList<String>();
    Socket kept = null;
    for (int i = 0; i < REQUESTS; i++) {
      var path = i % 3 == 0 ? "/same/" + i : "/of/" + client + "/" + i + "/" + "x".repeat(i);
      boolean last = i % 2 == 0;
      if (last) {
        try (var socket = connect(client, port)) {
          get(socket, path, true);
        }
      } else {
        kept = kept == null ? connect(client, port) : kept;
        get(kept, path, false);
      }
      visits.add(client + " " + path);
    }
    kept.close();
    return visits;
  }

  private static Socket connect(String client, int port) throws IOException {
    var socket = new Socket();
    socket.setSoTimeout(60_000);
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(client), 0));
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    return socket;
  }

  /// Asks and reads the answer, which says how long it is.
  private static void get(Socket socket, String path, boolean last) throws IOException {
    var request =
        "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + (last ? "Connection: close\r\n\r\n" : "\r\n");
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    int length = -1;
    for (var line = in.readLine(); !"".equals(line); line = in.readLine()) {
      if (line == null) {
        throw new IOException("no answer to " + path);
      }
      if (line.startsWith("Content-Length: ")) {
        length = Integer.parseInt(line.substring(16));
      }
    }
    for (int i = 0; i < length; i++) {
      if (in.read() < 0) {
        throw new IOException("half an answer to " + path);
      }
    }
  }
}
