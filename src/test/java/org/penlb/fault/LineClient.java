package org.penlb.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A client of a [LineServer], through pen.
final class LineClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket = new Socket();
  private final BufferedReader in;

  private LineClient(String from, InetSocketAddress to) throws IOException {
    try {
      socket.setSoTimeout(PATIENCE_MILLIS);
      if (from != null) {
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      }
      socket.connect(to, PATIENCE_MILLIS);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  static LineClient of(int port) throws IOException {
    return to(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  static LineClient to(InetSocketAddress address) throws IOException {
    return new LineClient(null, address);
  }

  /// From an address of 127/8, which makes another client.
  static LineClient from(String address, int port) throws IOException {
    return new LineClient(address, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  /// @throws EOFException if the connection ends before an answer
  String ask(String line) throws IOException {
    send(line);
    return readAnswer();
  }

  void send(String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
  }

  boolean hasAnswer() throws IOException {
    return in.ready();
  }

  String readAnswer() throws IOException {
    var answer = in.readLine();
    if (answer == null) {
      throw new EOFException("closed before an answer");
    }
    return answer;
  }

  /// The name of the server that answers.
  String server() throws IOException {
    var answer = ask("who");
    return answer.substring(0, answer.indexOf(' '));
  }

  /// Who answers a client on one connection of its own.
  static String serverOf(String client, int port) throws IOException {
    try (var one = from(client, port)) {
      return one.server();
    }
  }

  /// Whether it was closed, by end or reset, without a byte.
  boolean isClosedByPen() throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
