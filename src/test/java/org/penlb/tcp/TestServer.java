package org.penlb.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on a port of its own that does for each connection what a script says.
///
/// A failed assertion in a script fails the test when the server is closed, as does a failure to
/// accept.
public final class TestServer implements AutoCloseable {

  /// What is done with one connection, on a thread of its own. The socket is closed afterwards. An
  /// [IOException] ends the connection and nothing else.
  @FunctionalInterface
  public interface Script {
    void serve(Socket client) throws Exception;
  }

  private final ServerSocketChannel listener;
  private final Script script;
  private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Thread acceptor =
      Thread.ofPlatform().daemon(true).name("test-server").unstarted(this::acceptAll);

  private TestServer(String host, int receiveBuffer, Script script) throws IOException {
    this.script = script;
    this.listener = ServerSocketChannel.open();
    if (receiveBuffer > 0) {
      listener.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
    }
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0), 4096);
  }

  public static TestServer start(Script script) throws IOException {
    return start("127.0.0.1", script);
  }

  public static TestServer start(String host, Script script) throws IOException {
    return start(new TestServer(host, 0, script));
  }

  /// One whose kernel takes only little before the script reads.
  static TestServer startSlow(Script script) throws IOException {
    return start(new TestServer("127.0.0.1", 8 * 1024, script));
  }

  private static TestServer start(TestServer server) {
    server.acceptor.start();
    return server;
  }

  /// Sends back what it gets, and ends when the client has.
  public static TestServer echo() throws IOException {
    return start(TestServer::echo);
  }

  public static void echo(Socket client) throws IOException {
    client.getInputStream().transferTo(client.getOutputStream());
    client.shutdownOutput();
  }

  /// Says its name, a line, and then is an echo.
  public static TestServer named(String name) throws IOException {
    return start(
        client -> {
          Wire.send(client, name + "\n");
          echo(client);
        });
  }

  private void acceptAll() {
    try {
      while (true) {
        var client = listener.accept();
        open.add(client); // first: who counts those accepted may go on to await their end
        accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      if (listener.isOpen()) { // no descriptor left, for example: nobody is served any more
        failures.add(e);
      } // else the test is over
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      client.socket().setSoTimeout(Wire.PATIENCE_MILLIS);
      script.serve(client.socket());
    } catch (IOException e) {
      // what a client does to its server is no failure of the test
    } catch (Exception | AssertionError e) {
      failures.add(e);
    } finally {
      open.remove(client);
    }
  }

  /// As on pen's command line.
  public String address() {
    var host = listener.socket().getInetAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  public int port() {
    return listener.socket().getLocalPort();
  }

  public int accepted() {
    return accepted.get();
  }

  /// Connections that are open now.
  public int live() {
    return open.size();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    try {
      acceptor.join(); // while it is in accept() the kernel goes on to listen
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (var client : open) {
      client.close();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("a script or the accepting failed", failures.peek());
    }
  }
}
