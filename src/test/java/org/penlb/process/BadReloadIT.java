package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// HUP where the file cannot be used: pen says why, and goes on as before.
class BadReloadIT extends Scene {
  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = web("a");
    Files.writeString(file, "blacklist 7\nacl 3 permit 127.0.0.0 255.0.0.0\nclient_acl 3\n");
  }

  private List<String> arguments() {
    return List.of("-C", socket.toString(), "-F", file.toString(), "127.0.0.1:0", web.address());
  }

  private void start() throws IOException {
    pen = PenProcess.start(arguments().toArray(String[]::new));
  }

  private String configuration() throws IOException {
    var copy = dir.resolve("copy");
    Control.unix(socket).order("write " + copy);
    return Files.readString(copy);
  }

  /// Lets HUP read the file, in vain; returns the messages.
  private List<String> reload() throws Exception {
    var before = configuration();
    int length = pen.stderr().length();
    pen.signal("HUP");
    PenProcess.eventually("a message", () -> pen.stderr().contains("not applied"));
    assertThat(configuration()).isEqualTo(before);
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
    var messages = new ArrayList<String>();
    for (var line : pen.stderr().substring(length).lines().toList()) {
      assertThat(line).matches("\\S+ ERROR .*");
      messages.add(line.replaceFirst("\\S+ ERROR ", ""));
    }
    assertThat(messages.removeLast())
        .isEqualTo(file + ": not applied; the configuration stays as it is");
    return messages;
  }

  @Test
  void everyErrorIsReportedWithItsLine() throws Exception {
    start();
    Files.writeString(
        file,
        """
        blacklist 9
        no such command

        # a comment
        timeout 0
        acl 3 permit 127.0.0.300
        server 0 adress 127.0.0.1
        """);
    assertThat(reload())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ", line 2: ").contains("no such"),
            line -> assertThat(line).startsWith(file + ", line 5: ").contains("timeout"),
            line -> assertThat(line).startsWith(file + ", line 6: ").contains("127.0.0.300"),
            line -> assertThat(line).startsWith(file + ", line 7: ").contains("adress"));
    Files.writeString(file, "blacklist 9\n");
    pen.signal("HUP");
    PenProcess.eventually(
        "the new time", () -> Control.unix(socket).ask("blacklist").equals("9\n"));
  }

  @Test
  void aFileThatIsGoneIsReported() throws Exception {
    start();
    Files.delete(file);
    assertThat(reload()).containsExactly("cannot read " + file + ": no such file");
  }

  @Test
  void aFileThatIsNoTextIsReported() throws Exception {
    start();
    Files.write(file, new byte[] {'t', 'i', (byte) 0xff, 0});
    assertThat(reload()).containsExactly(file + ", line 1: not text, expected UTF-8");
  }

  @Test
  void whatCannotBeHadIsReportedAndNothingElseIsChangedEither() throws Exception {
    start();
    Files.writeString(file, "blacklist 9\nlisten 127.0.0.1:1 192.0.2.77:1\n");
    assertThat(reload()).singleElement().asString().contains("192.0.2.77:1");
  }

  @Test
  void aNameThatIsUnknownIsReportedAndNothingElseIsChangedEither() throws Exception {
    start();
    Files.writeString(file, "blacklist 9\nserver 1 address no-such-host.invalid port 80\n");
    assertThat(reload())
        .containsExactly(file + ", line 2: server no-such-host.invalid:80: unknown host");
  }

  @Test
  void hupInTheCourseOfTheStartIsNotLost() throws Exception {
    var pidFile = dir.resolve("pid");
    // The shell becomes pen; what it leaves behind waits for the file and changes the other one.
    var script =
        "(until [ -s %1$s ]; do :; done; echo 'blacklist 9' >%2$s; kill -HUP $$) & exec \"$0\" \"$@\""
            .formatted(pidFile, file);
    var words = new ArrayList<>(List.of("sh", "-c", script, PenProcess.PEN, "-f"));
    words.addAll(List.of("-p", pidFile.toString()));
    words.addAll(arguments());
    pen = PenProcess.start(new ProcessBuilder(words));
    PenProcess.eventually(
        "the new time", () -> Control.unix(socket).ask("blacklist").equals("9\n"));
    assertThat(pen.stderr()).doesNotContain("Exception");
  }

  /// A name server that never answers; the system asks it for as long as a minute.
  @Test
  void aLookUpThatHangsHoldsUpNeitherTheTrafficNorTheAdministratorNorTheEnd() throws Exception {
    Programs.needRoot();
    var unshare = Programs.needed("unshare");
    var resolver = dir.resolve("resolv.conf");
    Files.writeString(resolver, "nameserver 127.0.7.53\noptions timeout:30 attempts:2\n");
    try (var names = new DatagramSocket(53, InetAddress.ofLiteral("127.0.7.53"))) {
      var words = new ArrayList<>(List.of(unshare, "--mount", "sh", "-c"));
      words.add("mount --bind " + resolver + " /etc/resolv.conf && exec \"$0\" -f \"$@\"");
      words.add(PenProcess.PEN);
      words.addAll(arguments());
      pen = PenProcess.start(new ProcessBuilder(words));
      Files.writeString(file, "blacklist 9\nserver 1 address slow.example port 80\n");
      pen.signal("HUP");
      names.setSoTimeout(30_000);
      names.receive(new DatagramPacket(new byte[512], 512));
      assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
      assertThat(Control.unix(socket).ask("blacklist")).isEqualTo("7\n");
      assertThat(Control.unix(socket).ask("timeout 4"))
          .startsWith("error: nothing was changed: another change is still being made");
      assertThat(Control.unix(socket).ask("servers")).startsWith("0 addr 127.0.0.1 ");
      long start = System.nanoTime();
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
    }
  }
}
