import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What the comparison needs of clients and servers and no usual tool has:
///
///     sink PORT...                       servers: read as many bytes as announced, then answer
///     up PORT STREAMS BYTES              uploads to a sink, at the same time
///     down PORT STREAMS PATH             downloads of a file, at the same time
///     fresh PORT SECONDS THREADS FIRST   a request each from address FIRST and those that follow
///     known PORT SECONDS THREADS FIRST   a request each from one of 200 addresses
///     fill PORT SECONDS THREADS FIRST MOST   as fresh, but connections without a request
///     idle PORT                          reads from stdin how many are to be open, until its end
///     slow PORT COUNT SECONDS PATH       downloads that take 4 KiB a second each
///
/// All on 127.0.0.1. Each prints one line of figures, and fails when a byte is missing.
final class Load {
  private static final int BUFFER = 256 * 1024;
  private static final int SIP = 4096;

  private Load() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    switch (args[0]) {
      case "sink" -> sink(args);
      case "up" -> up(port, Integer.parseInt(args[2]), Long.parseLong(args[3]));
      case "down" -> down(port, Integer.parseInt(args[2]), args[3]);
      case "fresh", "known", "fill" -> {
        int addresses = args[0].equals("known") ? 200 : Integer.MAX_VALUE;
        long most = args.length > 5 ? Long.parseLong(args[5]) : Long.MAX_VALUE;
        new Newcomers(port, !args[0].equals("fill"), addresses, most)
            .run(Double.parseDouble(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
      }
      case "idle" -> idle(port);
      case "slow" -> slow(port, Integer.parseInt(args[2]), Integer.parseInt(args[3]), args[4]);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /// 127.1.0.1 and following: one for each number.
  private static InetAddress address(int number) throws UnknownHostException {
    int bits = 0x7f010001 + number;
    return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(bits).array());
  }

  private static SocketChannel open(int port) throws IOException {
    return SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
  }

  private static ByteBuffer request(String path, String fields) {
    String head = "GET " + path + " HTTP/1.1\r\nHost: bench\r\n" + fields + "\r\n";
    return ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  // ---- bulk data ------------------------------------------------------------------------------

  private static void sink(String[] ports) throws IOException {
    for (int i = 1; i < ports.length; i++) {
      var listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(ports[i])), 4096);
      Thread.ofPlatform().start(() -> accept(listener));
    }
  }

  private static void accept(ServerSocketChannel listener) {
    while (true) {
      try {
        var channel = listener.accept();
        Thread.ofPlatform().start(() -> swallow(channel));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// Eight bytes announce the length; the answer is the number of bytes that came.
  private static void swallow(SocketChannel channel) {
    try (channel) {
      var length = ByteBuffer.allocate(8);
      while (length.hasRemaining() && channel.read(length) >= 0) {}
      if (!length.hasRemaining()) {
        long came = read(channel, ByteBuffer.allocateDirect(BUFFER), length.getLong(0));
        write(channel, ByteBuffer.allocate(8).putLong(0, came));
      }
    } catch (IOException e) {
      System.err.println("sink: " + e);
    }
  }

  /// Reads until `most` bytes have come, or all.
  private static long read(SocketChannel channel, ByteBuffer buffer, long most) throws IOException {
    long came = 0;
    while (came < most) {
      int count = channel.read(buffer.clear());
      if (count < 0) {
        break;
      }
      came += count;
    }
    return came;
  }

  private static void up(int port, int streams, long bytes) throws Exception {
    together(
        streams,
        () -> {
          try (var channel = open(port)) {
            write(channel, ByteBuffer.allocate(8).putLong(0, bytes));
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            for (long left = bytes; left > 0; ) {
              buffer.clear().limit((int) Math.min(left, BUFFER));
              left -= channel.write(buffer);
            }
            var answer = ByteBuffer.allocate(8);
            while (answer.hasRemaining() && channel.read(answer) >= 0) {}
            if (answer.getLong(0) != bytes) {
              throw new IOException("the server got " + answer.getLong(0) + " of " + bytes);
            }
            return bytes;
          }
        });
  }

  private static void down(int port, int streams, String path) throws Exception {
    together(
        streams,
        () -> {
          try (var channel = open(port)) {
            write(channel, request(path, "Connection: close\r\n"));
            var buffer = ByteBuffer.allocateDirect(BUFFER);
            int first = channel.read(buffer);
            var head = StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString();
            long body = Long.parseLong(head.replaceFirst("(?s).*Content-Length: (\\d+).*", "$1"));
            long all = head.indexOf("\r\n\r\n") + 4 + body;
            long came = first + read(channel, buffer, all - first);
            if (came != all) {
              throw new IOException("only " + came + " of " + all);
            }
            return body;
          }
        });
  }

  /// Prints the bytes of all and the nanoseconds until the last of them is done.
  private static void together(int streams, Callable<Long> stream) throws Exception {
    try (var threads = Executors.newFixedThreadPool(streams)) {
      long begin = System.nanoTime();
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        all.add(threads.submit(stream));
      }
      long bytes = 0;
      for (var one : all) {
        bytes += one.get();
      }
      System.out.println(bytes + " " + (System.nanoTime() - begin));
    }
  }

  // ---- many clients ---------------------------------------------------------------------------

  /// Prints how many have come, how many of them failed, and the number of the next address.
  private record Newcomers(
      int port,
      boolean ask,
      int addresses,
      long most,
      AtomicInteger next,
      AtomicLong done,
      AtomicLong failed) {
    Newcomers(int port, boolean ask, int addresses, long most) {
      this(port, ask, addresses, most, new AtomicInteger(), new AtomicLong(), new AtomicLong());
    }

    void run(double seconds, int threads, int first)
        throws InterruptedException, ExecutionException {
      next.set(first);
      long end = System.nanoTime() + (long) (seconds * 1e9);
      try (var pool = Executors.newFixedThreadPool(threads)) {
        for (int i = 0; i < threads; i++) {
          pool.submit(() -> come(first, end));
        }
      }
      System.out.println(done + " " + failed + " " + next);
    }

    private void come(int first, long end) {
      var buffer = ByteBuffer.allocateDirect(SIP);
      while (System.nanoTime() < end) {
        int number = next.getAndIncrement();
        if (number - first >= most) {
          return;
        }
        try (var channel = SocketChannel.open()) {
          channel.bind(new InetSocketAddress(address(number % addresses), 0));
          channel.connect(new InetSocketAddress("127.0.0.1", port));
          if (ask) {
            write(channel, request("/small", "Connection: close\r\n"));
            if (read(channel, buffer, Long.MAX_VALUE) < 100) {
              throw new IOException("no answer");
            }
          }
        } catch (IOException e) {
          if (failed.getAndIncrement() == 0) {
            System.err.println("client " + number + ": " + e);
          }
        }
        done.incrementAndGet();
      }
    }
  }

  /// From 250 addresses, so that peers with a hash use all servers.
  private static void idle(int port) throws IOException {
    List<SocketChannel> all = new ArrayList<>();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      while (all.size() < Integer.parseInt(line)) {
        var channel = SocketChannel.open();
        all.add(channel);
        channel.bind(new InetSocketAddress(address(all.size() % 250), 0));
        channel.connect(new InetSocketAddress("127.0.0.1", port));
      }
      System.out.println(all.size());
    }
  }

  /// Prints the bytes read by all and by the one that got least.
  private static void slow(int port, int count, int seconds, String path)
      throws IOException, InterruptedException {
    List<SocketChannel> all = new ArrayList<>();
    long[] got = new long[count];
    for (int i = 0; i < count; i++) {
      var channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SIP);
      channel.bind(new InetSocketAddress(address(i % 250), 0));
      channel.connect(new InetSocketAddress("127.0.0.1", port));
      write(channel, request(path, ""));
      channel.configureBlocking(false);
      all.add(channel);
    }
    var buffer = ByteBuffer.allocateDirect(SIP);
    long begin = System.nanoTime();
    for (int second = 1; second <= seconds; second++) {
      long wait = begin + TimeUnit.SECONDS.toNanos(second) - System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(wait);
      for (int i = 0; i < count; i++) {
        int bytes = all.get(i).read(buffer.clear());
        if (bytes < 0) {
          throw new IOException("connection " + i + " has ended after " + got[i]);
        }
        got[i] += bytes;
      }
    }
    long sum = 0;
    long least = Long.MAX_VALUE;
    for (long one : got) {
      sum += one;
      least = Math.min(least, one);
    }
    System.out.println(sum + " " + least);
    // Until those who measure have seen all of them.
    System.in.read();
  }
}
