package org.penlb.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.penlb.Balancer;
import org.penlb.unix.Sockets;

/// What tests do with sockets.
public final class Wire {
  /// Far more than anything takes on a busy machine.
  public static final int PATIENCE_MILLIS = 30_000;

  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 29_999;

  /// At least as many as there are JVMs that run tests beside each other.
  private static final int FORKS = 4;

  private static final Duration PATIENCE = Duration.ofMillis(PATIENCE_MILLIS);

  private Wire() {}

  /// What came from a peer until it ended.
  ///
  /// @param wasReset whether it ended by a reset
  record Received(long bytes, String hash, boolean wasReset) {}

  /// Skips the test on a machine without IPv6, as many containers are.
  public static void needIpv6() {
    try {
      new ServerSocket(0, 1, InetAddress.ofLiteral("::1")).close();
    } catch (IOException e) {
      Assumptions.abort("no IPv6 here: " + e.getMessage());
    }
  }

  public static InetSocketAddress local(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  /// A port that is free on all addresses and stays so: not one of those that the kernel gives to
  /// clients, as one at any address is in the way of a listener on 0.0.0.0; and not one that
  /// another JVM of the same build may choose meanwhile.
  public static int freePort() throws IOException {
    int fork = Integer.getInteger("pen.fork", 0) % FORKS;
    while (true) {
      int random = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      int port = random - random % FORKS + fork;
      try (var socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one
      }
    }
  }

  /// What makes a JVM that a test starts use the sockets that this one uses.
  public static List<String> socketsOption() {
    var sockets = System.getProperty("pen.sockets");
    return sockets == null ? List.of() : List.of("-Dpen.sockets=" + sockets);
  }

  // ---- connections ----------------------------------------------------------------------------

  static Socket connect(Balancer pen) throws IOException {
    return connect(pen, "127.0.0.1");
  }

  /// @param from the client's address
  static Socket connect(Balancer pen, String from) throws IOException {
    return connect(local(pen.port()), from);
  }

  public static Socket connect(InetSocketAddress to, String from) throws IOException {
    return connect(to, from, 0);
  }

  /// One whose kernel takes only little before the client reads.
  static Socket connectSlow(Balancer pen) throws IOException {
    return connectSlow(local(pen.port()));
  }

  public static Socket connectSlow(InetSocketAddress to) throws IOException {
    return connect(to, "127.0.0.1", 8 * 1024);
  }

  private static Socket connect(InetSocketAddress to, String from, int receiveBuffer)
      throws IOException {
    var socket = SocketChannel.open().socket();
    try {
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(to, PATIENCE_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// Closes with a reset instead of an orderly end; what is not acknowledged yet is lost.
  public static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /// Waits until the peer's kernel has everything, which a reset must not overtake.
  public static void awaitAcknowledged(Socket socket) {
    await("acknowledgement", () -> Sockets.unsentBytes(socket.getChannel()) == 0);
  }

  public static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }

  /// Runs it on another thread.
  public static <T> CompletableFuture<T> start(Callable<T> work) {
    var result = new CompletableFuture<T>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception | AssertionError e) {
                result.completeExceptionally(e);
              }
            });
    return result.orTimeout(4L * PATIENCE_MILLIS, java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  // ---- text -----------------------------------------------------------------------------------

  public static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /// The next line without its line feed; empty at the end of the stream.
  public static String line(Socket socket) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = socket.getInputStream().read(); b >= 0 && b != '\n'; ) {
      line.write(b);
      b = socket.getInputStream().read();
    }
    return line.toString(ISO_8859_1);
  }

  /// Exactly `length` characters.
  public static String text(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
  }

  /// Everything up to the end of the stream.
  public static String all(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /// Sends a line and returns the line that comes back.
  public static String ask(Socket socket, String line) throws IOException {
    send(socket, line + "\n");
    return line(socket);
  }

  // ---- bulk -----------------------------------------------------------------------------------

  /// Writes pseudo-random bytes and returns their SHA-256.
  static String sendBulk(OutputStream out, long seed, long length) throws IOException {
    var random = new SplittableRandom(seed);
    var digest = sha256();
    var block = new byte[64 * 1024];
    for (long left = length; left > 0; ) {
      random.nextBytes(block);
      int count = (int) Math.min(left, block.length);
      digest.update(block, 0, count);
      out.write(block, 0, count);
      left -= count;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Reads to the end or a reset.
  static Received receive(InputStream in) throws IOException {
    var digest = sha256();
    var block = new byte[64 * 1024];
    long bytes = 0;
    boolean wasReset = false;
    try {
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        digest.update(block, 0, count);
        bytes += count;
      }
    } catch (java.net.SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      wasReset = true;
    }
    return new Received(bytes, HexFormat.of().formatHex(digest.digest()), wasReset);
  }

  static String hashOfBulk(long seed, long length) throws IOException {
    return sendBulk(OutputStream.nullOutputStream(), seed, length);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
