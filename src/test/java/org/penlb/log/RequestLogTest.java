package org.penlb.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestLogTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir private Path directory;
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void linesAreAppendedInOrder() throws IOException {
    Path file = directory.resolve("pen.log");
    Files.writeString(file, "old\n");
    try (RequestLog log =
        RequestLog.open(file.toString(), () -> 1_767_225_600_999L, UnaryOperator.identity())) {
      add(log, "GET / HTTP/1.1");
      add(log, "GET /2 HTTP/1.1");
    }
    assertThat(file)
        .hasContent(
            """
            old
            192.0.2.7 1767225600 10.0.0.1 GET / HTTP/1.1
            192.0.2.7 1767225600 10.0.0.1 GET /2 HTTP/1.1
            """);
  }

  @Test
  void linesAreWrittenWithoutAnybodyAsking() throws IOException {
    Path file = directory.resolve("pen.log");
    try (RequestLog log = RequestLog.toFile(file, () -> 0, UnaryOperator.identity())) {
      for (int i = 1; i <= 20; i++) {
        add(log, "x");
        int lines = i;
        soon().until(() -> lines(file).size() == lines);
      }
    }
  }

  @Test
  void writerSleepsWithoutATimerWhenThereIsNothingToDo() throws IOException {
    try (RequestLog log =
        RequestLog.toFile(directory.resolve("pen.log"), () -> 0, UnaryOperator.identity())) {
      add(log, "x");
      soon().until(() -> writers().getFirst().getState() == Thread.State.WAITING);
      log.reopen();
      add(log, "y");
      soon().until(() -> writers().getFirst().getState() == Thread.State.WAITING);
    }
  }

  private static List<Thread> writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("request-log"))
        .toList();
  }

  @Test
  void newFileIsNobodyElsesBusiness() throws IOException {
    Path file = directory.resolve("pen.log");
    RequestLog.toFile(file, () -> 0, UnaryOperator.identity()).close();
    assertThat(Files.getPosixFilePermissions(file))
        .doesNotContain(PosixFilePermission.OTHERS_READ, PosixFilePermission.GROUP_WRITE);
  }

  @Test
  void fileThatCannotBeOpenedIsNamed() {
    Path file = directory.resolve("absent/pen.log");
    assertThatThrownBy(() -> RequestLog.toFile(file, () -> 0, UnaryOperator.identity()))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot open request log %s: no such directory", file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:0", "localhost:x", "localhost:", ":99", "::1:99", "no.invalid:99"})
  void receiverThatCannotBeIsNamed(String target) {
    assertThatThrownBy(() -> RequestLog.open(target, () -> 0, UnaryOperator.identity()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(target);
  }

  @Test
  void reopenDividesTheLinesExactly() throws IOException {
    Path file = directory.resolve("pen.log");
    try (RequestLog log = RequestLog.toFile(file, () -> 0, UnaryOperator.identity())) {
      for (int i = 0; i < 100; i++) {
        add(log, "before" + i);
        Files.move(file, directory.resolve("pen.log." + i));
        log.reopen();
        add(log, "after" + i);
        soon().until(() -> Files.exists(file));
      }
    }
    for (int i = 1; i < 100; i++) {
      assertThat(directory.resolve("pen.log." + i))
          .hasContent(line("after" + (i - 1)) + "\n" + line("before" + i));
    }
    assertThat(file).hasContent(line("after99"));
  }

  @Test
  void rotationUnderLoadKeepsEachLineOnce() throws Exception {
    Path file = directory.resolve("pen.log");
    RequestLog log = RequestLog.toFile(file, () -> 0, UnaryOperator.identity());
    AtomicIntegerArray added = new AtomicIntegerArray(3);
    AtomicBoolean end = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      int thread = t;
      threads.add(Thread.ofPlatform().start(() -> load(log, thread, added, end)));
    }
    for (int i = 0; i < 20; i++) {
      Files.move(file, directory.resolve("pen.log." + i));
      log.reopen();
      soon().until(() -> Files.exists(file));
    }
    end.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    log.close();
    List<String> lines = new ArrayList<>();
    try (var files = Files.list(directory)) {
      for (Path one : files.toList()) {
        lines.addAll(lines(one));
      }
    }
    assertThat(lines).doesNotHaveDuplicates();
    assertThat(lines)
        .allMatch(line -> line.matches("192\\.0\\.2\\.7 0 10\\.0\\.0\\.1 [0-2]-[0-9]+"));
    assertThat(lines.size() + log.dropped()).isEqualTo(added.get(0) + added.get(1) + added.get(2));
  }

  private static void load(
      RequestLog log, int thread, AtomicIntegerArray added, AtomicBoolean end) {
    while (!end.get() && added.get(thread) < 50_000) {
      add(log, thread + "-" + added.getAndIncrement(thread));
    }
  }

  @Test
  void oldFileStaysWhenThereCannotBeANewOne() throws IOException {
    Path old = Files.createDirectory(directory.resolve("logs"));
    Path moved = directory.resolve("moved");
    try (Recorded recorded = new Recorded(LogFile.class);
        RequestLog log =
            RequestLog.toFile(old.resolve("pen.log"), () -> 0, UnaryOperator.identity())) {
      Files.move(old, moved);
      log.reopen();
      soon().until(() -> !recorded.messages().isEmpty());
      assertThat(recorded.messages().getFirst())
          .startsWith("ERROR cannot open request log " + old)
          .endsWith("; the old file stays in use");
      add(log, "still here");
    }
    assertThat(moved.resolve("pen.log")).hasContent(line("still here"));
  }

  @Test
  void fullDiskIsCountedAndWarnedOfEveryTenSeconds() throws IOException {
    assumeThat(FULL).exists();
    try (Recorded recorded = new Recorded(RequestLog.class);
        RequestLog log =
            log(1024, losses -> LogFile.open(FULL, UnaryOperator.identity(), losses))) {
      add(log, "1");
      soon().until(() -> recorded.messages().size() == 1);
      assertThat(recorded.messages().getFirst())
          .isEqualTo("WARN request log test: 1 lines dropped: No space left on device");
      add(log, "2");
      soon().until(() -> log.dropped() == 2);
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      add(log, "3");
      soon().until(() -> log.dropped() == 3);
      // Only now it is certain that the writer does not look at the clock any more.
      soon().until(() -> writers().getFirst().getState() == Thread.State.TIMED_WAITING);
      assertThat(recorded.messages()).hasSize(1);
      nanos.addAndGet(Duration.ofSeconds(9).toNanos());
      add(log, "4");
      soon().until(() -> recorded.messages().size() == 2);
      assertThat(recorded.messages().getLast()).contains(" 3 lines dropped");
    }
  }

  /// A named pipe that nobody reads stands for a disk that hangs.
  @Test
  void hangingDiskKeepsNobodyWaiting() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw")) {
      byte[] full = new byte[64 * 1024];
      reader.write(full);
      RequestLog log = log(64, losses -> LogFile.open(pipe, UnaryOperator.identity(), losses));
      int added = 0;
      while (log.dropped() < 1000) {
        add(log, "hung");
        added++;
      }
      log.close();
      assertThat(log.dropped()).isBetween(1000L, (long) added);
      reader.readFully(full);
      for (long written = log.dropped(); written < added; written++) {
        assertThat(reader.readLine()).isEqualTo(line("hung"));
      }
      soon().until(() -> writers().isEmpty());
    }
  }

  @Test
  void linesBehindTheEndAreDropped() throws IOException {
    RequestLog log =
        RequestLog.toFile(directory.resolve("pen.log"), () -> 0, UnaryOperator.identity());
    log.close();
    add(log, "late");
    log.close();
    assertThat(log.dropped()).isOne();
  }

  @Test
  void eachLineIsADatagram() throws IOException {
    try (DatagramSocket penlogd = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        RequestLog log =
            RequestLog.open(
                "127.0.0.1:" + penlogd.getLocalPort(), () -> 0, UnaryOperator.identity())) {
      add(log, "GET / HTTP/1.1");
      add(log, "GET /2 HTTP/1.1");
      log.reopen();
      assertThat(receive(penlogd)).isEqualTo("+ 192.0.2.7 10.0.0.1 GET / HTTP/1.1\n");
      assertThat(receive(penlogd)).isEqualTo("+ 192.0.2.7 10.0.0.1 GET /2 HTTP/1.1\n");
      assertThat(log.dropped()).isZero();
    }
  }

  @Test
  void absentReceiverIsSurvived() throws IOException {
    InetSocketAddress address;
    try (DatagramSocket penlogd = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      address = (InetSocketAddress) penlogd.getLocalSocketAddress();
    }
    try (RequestLog log = RequestLog.toDatagrams(address, () -> 0)) {
      soon()
          .until(
              () -> {
                add(log, "lost");
                return log.dropped() > 1;
              });
      try (DatagramSocket penlogd = new DatagramSocket(address)) {
        add(log, "back");
        String received = receive(penlogd);
        while (received.contains("lost")) {
          received = receive(penlogd);
        }
        assertThat(received).isEqualTo("+ 192.0.2.7 10.0.0.1 back\n");
      }
    }
  }

  private RequestLog log(int capacity, RequestLog.Opening opening) throws IOException {
    return new RequestLog("test", false, () -> 0, nanos::get, capacity, opening);
  }

  private static void add(RequestLog log, String request) {
    byte[] bytes = request.getBytes(ISO_8859_1);
    log.line("192.0.2.7", "10.0.0.1", bytes, 0, bytes.length);
  }

  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  private static String line(String request) {
    return "192.0.2.7 0 10.0.0.1 " + request;
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }

  private static String receive(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(5000);
    DatagramPacket packet = new DatagramPacket(new byte[1000], 1000);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
  }
}
