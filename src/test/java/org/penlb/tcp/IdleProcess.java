package org.penlb.tcp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.penlb.Balancer;
import org.penlb.Pens;

/// A process of its own for what has more descriptors than one process may have: `server` accepts
/// and keeps quiet; `pen` stands before it and says on request how much it needs.
///
/// Each prints its port first; `pen` then answers lines. Both end with their standard input.
final class IdleProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final int port;

  private IdleProcess(Process process) throws IOException {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.US_ASCII);
    this.port = Math.toIntExact(readNumber());
  }

  static IdleProcess start(String... role) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As bin/pen starts it, where it matters for memory.
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx256m"));
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(IdleProcess.class.getName());
    command.addAll(List.of(role));
    return new IdleProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  int port() {
    return port;
  }

  long ask(String question) throws IOException {
    var in = process.outputWriter(StandardCharsets.US_ASCII);
    in.write(question + "\n");
    in.flush();
    return readNumber();
  }

  private long readNumber() throws IOException {
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      if (line.matches("[0-9]+")) {
        return Long.parseLong(line);
      }
    }
    throw new IOException("the process has ended");
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  // ---- in the other process -------------------------------------------------------------------

  /// What the other process runs.
  ///
  /// @param args `server`, or `pen` and the server's address
  public static void main(String[] args) throws Exception {
    if (args[0].equals("server")) {
      serve();
    } else {
      balance(args[1]);
    }
  }

  private static void serve() throws IOException {
    var listener = ServerSocketChannel.open().bind(Wire.local(0), 4096);
    System.out.println(listener.socket().getLocalPort());
    Thread.ofPlatform().daemon(true).start(() -> acceptAll(listener));
    System.in.read();
  }

  private static void acceptAll(ServerSocketChannel listener) {
    List<SocketChannel> kept = new ArrayList<>();
    try {
      while (true) {
        kept.add(listener.accept());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("after " + kept.size(), e);
    }
  }

  private static void balance(String server) throws Exception {
    try (var pen =
            Pens.before(server)
                .loops(2)
                .settings(
                    s -> {
                      s.connectionsMax = 20_000;
                      s.backlog = 4096;
                    })
                .start();
        var questions =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      System.out.println(pen.port());
      for (var line = questions.readLine(); line != null; line = questions.readLine()) {
        System.out.println(answer(pen, line));
      }
    }
  }

  private static long answer(Balancer pen, String question) {
    return question.equals("connections") ? pen.connections() : usedHeap();
  }

  private static long usedHeap() {
    var runtime = Runtime.getRuntime();
    System.gc(); // with the serial collector: at once, and all of it
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
