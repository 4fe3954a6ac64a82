package org.penlb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.penlb.tcp.Wire;

/// A web server that answers each request with its name and keeps connections open, but for
/// [#LAST]; and requests to it.
final class WebServer implements AutoCloseable {
  /// The path of a request after which the server closes the connection.
  static final String LAST = "/last";

  private final ServerSocket socket;
  private final String answer;
  private final Thread acceptor;

  WebServer(String name) throws IOException {
    this(name, "127.0.0.1");
  }

  WebServer(String name, String address) throws IOException {
    socket = new ServerSocket(0, 500, InetAddress.ofLiteral(address));
    answer = "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name;
    acceptor = Thread.ofVirtual().start(this::accept);
  }

  /// As an argument of pen.
  String address() {
    var host = socket.getInetAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getLocalPort();
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        var client = socket.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      var in = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
      boolean last = false;
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        last |= line.startsWith("GET " + LAST);
        if (line.isEmpty()) {
          client.getOutputStream().write(answer.getBytes(ISO_8859_1));
          if (last) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // The client's loss.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    try {
      acceptor.join(); // while it is in accept() the kernel goes on to listen
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The body of the answer to a request from some local address.
  static String get(String from, int port, String path) throws IOException {
    return get(from, "127.0.0.1", port, path);
  }

  static String get(String from, String host, int port, String path) throws IOException {
    try (var client = new Socket()) {
      client.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      client.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port));
      return get(client, path);
    }
  }

  /// The answer to one more request on a connection; all bodies are short.
  static String get(Socket client, String path) throws IOException {
    client.setSoTimeout(20_000);
    client
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: pen\r\n\r\n").getBytes(ISO_8859_1));
    var in = client.getInputStream();
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("no answer to " + path + ", only '" + head + "'");
      }
      head.append((char) b);
    }
    var length = head.toString().replaceAll("(?is).*Content-Length: (\\d+).*", "$1");
    return new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1);
  }

  /// For what cannot tell which one it got.
  static int freePort() throws IOException {
    return Wire.freePort();
  }
}
