package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyslogTest {
  private static final String WIDE = "\u20AC"; // Three bytes in UTF-8.

  @Test
  void whatCouldForgeOrHideIsRemoved() {
    assertThat(Syslog.clean("one\ntwo\r\nthree\0four\tfive\u001B[2J\u009B é" + WIDE))
        .isEqualTo("one two  threefour five [2J  é" + WIDE);
  }

  @Test
  void longMessagesAreCutBetweenCharacters() {
    assertThat(bytes("x".repeat(20_000))).isEqualTo(8192);
    assertThat(bytes(WIDE.repeat(3000))).isEqualTo(8190);
    assertThat(bytes("x" + WIDE.repeat(3000))).isEqualTo(8191);
    assertThat(bytes("")).isZero();
  }

  private static long bytes(String message) {
    try (Arena arena = Arena.ofConfined()) {
      String sent = Syslog.bounded(arena, Syslog.clean(message)).getString(0);
      assertThat(message).startsWith(sent);
      return sent.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /// With a syslogd of our own: in a new root directory, so that the real one is left alone.
  @Nested
  class InAChroot {
    @TempDir Path root;
    private Syslogd syslogd;
    private Process child;
    private PrintWriter in;
    private BufferedReader out;

    @BeforeEach
    void start() throws IOException {
      assumeTrue(Privileges.isRoot() && Posix.LINUX, "needs root on Linux");
      Files.createDirectories(root.resolve("dev"));
      Files.createDirectories(root.resolve("empty"));
      syslogd = new Syslogd(root.resolve("dev/log"));
    }

    @AfterEach
    void end() throws Exception {
      if (child != null) {
        child.destroyForcibly();
        child.waitFor();
      }
      if (syslogd != null) {
        syslogd.close();
      }
    }

    private void startChild(String secondRoot) throws IOException {
      ProcessBuilder builder = ChildJvm.of(Child.class, root.toString(), secondRoot);
      builder.environment().put("TZ", "Asia/Tokyo");
      child = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      in = new PrintWriter(child.outputWriter(StandardCharsets.US_ASCII), true);
      out = child.inputReader(StandardCharsets.US_ASCII);
      assertThat(out.readLine()).isEqualTo("open");
    }

    private String sent(String escaped) throws IOException {
      in.println(escaped);
      assertThat(out.readLine()).isEqualTo("logged");
      return syslogd.receive();
    }

    @Test
    void messagesArriveThoughTheSocketIsOutOfSight() throws Exception {
      startChild("/empty");
      String tag = " pen-test[" + child.pid() + "]: ";
      // local3.warning: 19 * 8 + 4.
      assertThat(sent("disk %s %n 100%")).startsWith("<156>").endsWith(tag + "disk %s %n 100%");
      assertThat(sent("a\\nb\\0c")).endsWith(tag + "a bc");
      assertThat(sent("x".repeat(9000))).endsWith(tag + "x".repeat(8192));
    }

    @Test
    void aRestartedSyslogdGetsTheNextMessage() throws Exception {
      startChild("/");
      assertThat(sent("first")).endsWith(": first");
      syslogd.close();
      syslogd = new Syslogd(root.resolve("dev/log"));
      assertThat(sent("second")).endsWith(": second");
    }

    @Test
    void timeIsLocalTime() throws Exception {
      assumeTrue(Files.exists(Path.of("/usr/share/zoneinfo/Asia/Tokyo")), "needs tzdata");
      startChild("/");
      String before = tokyo();
      String message = sent("time");
      assertThat(message).containsAnyOf(before, tokyo());
    }

    private String tokyo() {
      return ZonedDateTime.now(ZoneId.of("Asia/Tokyo"))
          .format(DateTimeFormatter.ofPattern("MMM ppd HH:mm:", Locale.ENGLISH));
    }
  }

  /// Logs each line of its standard input.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      // Loads the classes and the time zone while they can be seen.
      Syslog.open("pen-test", Syslog.Facility.USER).close();
      Syslog.Priority level = Syslog.Priority.WARNING;
      Filesystem.chroot(Path.of(arguments[0]));
      Syslog syslog = Syslog.open("pen-test", Syslog.Facility.LOCAL3);
      Filesystem.chroot(Path.of(arguments[1]));
      System.out.println("open");
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        syslog.log(level, line.translateEscapes());
        System.out.println("logged");
      }
      syslog.close();
    }
  }
}
