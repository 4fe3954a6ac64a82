package org.penlb.language;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;

/// Configuration files, good and bad. Which service a line is about is in SectionsTest.
@Timeout(60)
class ConfigurationReaderTest {
  private static final Language LANGUAGE = new Language(ConfigurationText.commands());

  @TempDir private Path directory;
  private ConfigurationReader reader;

  private Path write(String name, String text) throws Exception {
    return Files.write(directory.resolve(name), text.getBytes(ISO_8859_1));
  }

  private Configuration read(Path file) throws Exception {
    var service =
        new ServiceConfig(
            "main",
            false,
            List.of(Endpoint.parse("80")),
            List.of(ServerSpec.parse("web1", 80)),
            null,
            null,
            Settings.DEFAULT,
            null);
    var draft = new Draft(service);
    draft.service(null);
    reader = new ConfigurationReader(LANGUAGE, draft, path -> path);
    reader.file(file, null);
    return reader.configuration();
  }

  private Settings settings(String text) throws Exception {
    return read(write("pen.conf", text)).services().getFirst().settings();
  }

  private AbstractStringAssert<?> assertRefused(String text) throws Exception {
    return assertRefused(write("pen.conf", text));
  }

  /// The message, with DIR for the directory.
  private AbstractStringAssert<?> assertRefused(Path file) {
    try {
      read(file);
    } catch (BadSettingException e) {
      return assertThat(e.getMessage().replace(directory.toString(), "DIR"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("taken");
  }

  // ---- text -----------------------------------------------------------------------------------

  @Test
  void emptyLinesAndCommentsSayNothing() throws Exception {
    var odd = "# don't \"quote\n\n   \n\t# tab\t\u0001\n#\n  #blacklist 6\nblacklist 7\n\n";
    assertThat(settings(odd).blacklist()).hasSeconds(7);
    assertThat(settings("")).isEqualTo(Settings.DEFAULT);
  }

  @Test
  void linesEndAsOnUnixOrOnWindowsOrWithTheFile() throws Exception {
    var settings = settings("blacklist 7\r\ntimeout 8\n\r\nconn_max 9");
    assertThat(settings.blacklist()).hasSeconds(7);
    assertThat(settings.connectTimeout()).hasSeconds(8);
    assertThat(settings.connectionsMax()).isEqualTo(9);
    assertRefused("blacklist 7\r\n\r\nfrob\r\n").startsWith("DIR/pen.conf, line 3: ");
  }

  @Test
  void byteOrderMarkIsIgnoredAtTheBeginningOnly() throws Exception {
    assertThat(settings("\u00ef\u00bb\u00bfblacklist 7\n").blacklist()).hasSeconds(7);
    assertThat(settings("\u00ef\u00bb\u00bf")).isEqualTo(Settings.DEFAULT);
    assertRefused("blacklist 7\n\u00ef\u00bb\u00bfblacklist 8\n")
        .startsWith("DIR/pen.conf, line 2: unknown command '\ufeffblacklist'");
  }

  @Test
  void whatIsNoUtf8IsRefusedWithItsLine() throws Exception {
    assertRefused("blacklist 7\n# caf\u00e9\n")
        .isEqualTo("DIR/pen.conf, line 2: not text, expected UTF-8");
    assertRefused("\u00fe\u00ff\0b").isEqualTo("DIR/pen.conf, line 1: not text, expected UTF-8");
    assertRefused("blacklist 7\n\u00c3").endsWith("line 2: not text, expected UTF-8");
  }

  @Test
  void controlCharactersAreRefused() throws Exception {
    assertRefused("blacklist\0007\n")
        .isEqualTo(
            "DIR/pen.conf, line 1: control character 0 is not allowed, expected printable text");
    assertRefused("\n\u001b[2J\n").startsWith("DIR/pen.conf, line 2: control character 27 ");
  }

  @Test
  void tooLongLineIsRefusedAndTheOthersAreRead() throws Exception {
    assertRefused("# " + "x".repeat(20_000) + "\nfrob\n")
        .isEqualTo(
            """
            DIR/pen.conf, line 1: too long, expected at most 16384 characters
            DIR/pen.conf, line 2: unknown command 'frob'; `help` lists all commands\
            """);
  }

  // ---- errors ---------------------------------------------------------------------------------

  @Test
  void allErrorsAreSaidEachWithItsLine() throws Exception {
    assertRefused(
            "blacklist x\nblacklist 5\n\n  no frob\nserver 0 port\nservice main udp\nblacklist y")
        .isEqualTo(
            """
            DIR/pen.conf, line 1: blacklist (seconds) is 'x', expected a number from 0 to 1000000000
            DIR/pen.conf, line 4: unknown command 'no frob'; `help` lists all commands
            DIR/pen.conf, line 5: server 0: expected a port
            DIR/pen.conf, line 6: service main udp: it is one of TCP already, expected another name, \
            or `no service main` before
            DIR/pen.conf, line 7: blacklist (seconds) is 'y', expected a number from 0 to 1000000000\
            """);
  }

  @Test
  void thousandsOfErrorsAreNotAllSaid() throws Exception {
    assertRefused("frob\n".repeat(5000))
        .contains("line 20: unknown command")
        .doesNotContain("line 21:")
        .endsWith("\nand more");
  }

  @Test
  void unknownServiceIsNamedThoughItIsOnlyAskedAbout() throws Exception {
    var expected = "DIR/pen.conf, line 1: service 'mail' is unknown, expected one of: main";
    assertRefused("service mail blacklist 5\n").isEqualTo(expected);
    assertRefused("service mail blacklist\n").isEqualTo(expected);
    assertRefused("service mail include x\n").isEqualTo(expected);
  }

  @Test
  void questionsAreKeptForLaterInTheirOrder() throws Exception {
    read(
        write(
            "pen.conf", "debug\nservice web\nlisten 81\nserver 0 address a port 1\n  listen  \n"));
    assertThat(reader.pending())
        .extracting(ConfigurationReader.Pending::line)
        .containsExactly("debug", "listen");
    assertThat(reader.pending())
        .extracting(ConfigurationReader.Pending::service)
        .containsExactly(null, "web");
  }

  // ---- files ----------------------------------------------------------------------------------

  @Test
  void fileThatIsNoneIsRefused() throws Exception {
    assertRefused(directory.resolve("none")).isEqualTo("cannot read DIR/none: no such file");
    assertRefused(directory).isEqualTo("cannot read DIR: not a regular file");
    assertRefused(write("file", "").resolve("x"))
        .isEqualTo("cannot read DIR/file/x: Not a directory");
    assertRefused(Path.of("/dev/zero")).isEqualTo("cannot read /dev/zero: not a regular file");
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    assertRefused(directory.resolve("loop")).startsWith("cannot read DIR/loop: ");
  }

  @Test
  void pipeIsNotWaitedFor() throws Exception {
    var pipe = directory.resolve("pipe");
    int status = new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    Assumptions.assumeTrue(status == 0, "no mkfifo here");
    assertRefused(pipe).isEqualTo("cannot read DIR/pipe: not a regular file");
  }

  @Test
  void hugeFileIsRefused() throws Exception {
    var huge = directory.resolve("huge");
    try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    assertRefused(huge)
        .isEqualTo("cannot read DIR/huge: too long, expected at most 67108864 bytes in all");
    assertRefused("blacklist 5\ninclude " + huge)
        .startsWith("DIR/pen.conf, line 2: cannot read DIR/huge: too long");
  }

  @Test
  void includedFilesAreReadWhereTheyAreNamed() throws Exception {
    write("a", "blacklist 1\ninclude %s/b\ntimeout 1\n".formatted(directory));
    write("b", "blacklist 2\ntimeout 2\n");
    var settings = settings("include %s/a\n".formatted(directory));
    assertThat(settings.blacklist()).hasSeconds(2);
    assertThat(settings.connectTimeout()).hasSeconds(1);
  }

  @Test
  void errorInAnIncludedFileIsSaidWithItsOwnLine() throws Exception {
    write("a", "\nfrob\n");
    assertRefused("include %s/a\ninclude %s/none\n".formatted(directory, directory))
        .isEqualTo(
            """
            DIR/a, line 2: unknown command 'frob'; `help` lists all commands
            DIR/pen.conf, line 2: cannot read DIR/none: no such file\
            """);
  }

  @Test
  void fileThatIncludesItselfIsRefusedWithoutEnd() throws Exception {
    var again = "include %s/pen.conf\n".formatted(directory);
    assertRefused(again.repeat(2))
        .isEqualTo(
            """
            DIR/pen.conf, line 1: include: DIR/pen.conf would include itself
            DIR/pen.conf, line 2: include: DIR/pen.conf would include itself\
            """);
    write("a", "include %s/./pen.conf\n".formatted(directory));
    assertRefused("include %s/a\n".formatted(directory))
        .isEqualTo("DIR/a, line 1: include: DIR/./pen.conf would include itself");
  }

  @Test
  void filesAreNestedEightDeepAtMost() throws Exception {
    for (int i = 1; i < 9; i++) {
      write("f" + i, i == 8 ? "blacklist 5\n" : "include %s/f%d\n".formatted(directory, i + 1));
    }
    assertThat(read(directory.resolve("f1")).services().getFirst().settings().blacklist())
        .hasSeconds(5);
    assertRefused("include %s/f1\n".formatted(directory))
        .isEqualTo("DIR/f7, line 1: include: files are nested deeper than 8");
  }

  @Test
  void accessListsHaveAnEnd() throws Exception {
    var entries =
        IntStream.range(0, 1000)
            .mapToObj(i -> "acl 1 deny 192.0.2." + i % 256)
            .collect(Collectors.joining("\n", "", "\n"));
    write("entries", entries);
    var include = "include %s/entries\n".formatted(directory);
    assertRefused("acl 0 deny ::1\n" + include.repeat(1000))
        .isEqualTo(
            "DIR/entries, line 1000: acl 1: the access lists have 1000000 entries already, no more"
                + " are possible");
  }

  @Test
  void thereAreNoTwoServicesOnOnePort() throws Exception {
    assertThatThrownBy(
            () ->
                read(
                    write(
                        "pen.conf", "service web\nlisten 81 80\nserver 0 address web1 port 80\n")))
        .isInstanceOf(BadSettingException.class)
        .hasMessage(
            "%s/pen.conf, line 2: service web: listen: 80 is listened on already", directory);
  }

  // ---- UDP ------------------------------------------------------------------------------------

  private List<Boolean> udp(boolean first, String text) throws Exception {
    var server =
        new ServiceConfig("main", first, List.of(), List.of(), null, null, Settings.DEFAULT, null);
    reader = new ConfigurationReader(LANGUAGE, new Draft(server), path -> path);
    reader.file(
        write("pen.conf", text.replace("+", "listen 53\nserver 0 address a port 53\n")), null);
    return reader.configuration().services().stream().map(ServiceConfig::udp).toList();
  }

  @Test
  void sectionIsOfUdpIfItSaysSo() throws Exception {
    assertThat(udp(false, "service a udp\n+service b\n+")).containsExactly(true, false);
    assertThat(udp(false, "service a\n+service b udp\n+")).containsExactly(false, true);
    assertThat(udp(false, "service udp\n+")).containsExactly(false);
    assertThat(udp(false, "service udp udp\n+")).containsExactly(true);
  }

  @Test
  void serviceOfUdpIsSelectedByItsNameAlone() throws Exception {
    assertThat(udp(false, "service a udp\n+service b\n+service a\nblacklist 7\nservice a udp\n"))
        .hasSize(2);
    assertThat(reader.configuration().service("a").settings().blacklist()).hasSeconds(7);
    assertThat(reader.configuration().service("a").udp()).isTrue();
  }

  @Test
  void optionOfUdpIsAboutTheFirstService() throws Exception {
    assertThat(udp(true, "+")).containsExactly(true);
    assertThat(udp(true, "service a\n+service b\nlisten 54\nserver 0 address a port 53\n"))
        .containsExactly(true, false);
    assertThat(udp(true, "+service main udp\nblacklist 7\n")).containsExactly(true);
  }

  @Test
  void optionOfUdpDoesNotCountOnceTheFirstServiceIsRemoved() throws Exception {
    assertThat(udp(true, "no service all\nservice a\n+")).containsExactly(false);
    assertThat(udp(true, "+no service main\nservice main\n+")).containsExactly(false);
    assertThat(udp(true, "+service b\n+no service main\n")).containsExactly(false);
  }

  @Test
  void serviceOfTcpBecomesOneOfUdpOnceItIsRemoved() throws Exception {
    assertRefused("service main udp\n")
        .isEqualTo(
            "DIR/pen.conf, line 1: service main udp: it is one of TCP already, expected another"
                + " name, or `no service main` before");
    assertThat(udp(false, "+no service main\nservice main udp\n+")).containsExactly(true);
  }

  @Test
  void transportsHavePortsOfTheirOwn() throws Exception {
    assertThat(udp(false, "service a udp\n+service b\n+")).hasSize(2);
    assertThatThrownBy(() -> udp(false, "service a udp\n+service b udp\n+"))
        .hasMessageEndingWith("line 5: service b: listen: 53 is listened on already");
  }

  @Test
  void serviceOfUdpHasNoUnixSocket() {
    assertThatThrownBy(
            () -> udp(false, "service a udp\nserver 0 address a port 53\nlisten 53 /run/pen\n"))
        .hasMessage(
            directory
                + "/pen.conf, line 3: service a: listen: /run/pen is a Unix socket, expected"
                + " [HOST:]PORT for UDP");
  }

  @Test
  void serviceOfUdpNeedsServersThoughItWereDummy() {
    assertThatThrownBy(() -> udp(false, "service a udp\nlisten 53\ndummy\n"))
        .hasMessageContaining("service a has no servers");
  }

  @Test
  void serviceNeedsAnAddressAndServersUnlessItAnswersItself() throws Exception {
    assertRefused("service web\nserver 0 address a port 1\n")
        .isEqualTo(
            "DIR/pen.conf, line 1: service web has no address to listen on, expected `listen"
                + " [HOST:]PORT`");
    assertRefused("service web\nlisten 81\n")
        .isEqualTo(
            "DIR/pen.conf, line 1: service web has no servers, expected at least `server 0 address"
                + " HOST port P`");
    assertThat(read(write("pen.conf", "service web\nlisten 81\ndummy\n")).services()).hasSize(2);
    assertRefused("no service all\n")
        .isEqualTo("there would be no service, expected at least one with `listen` and `server`");
  }

  @Test
  void namesOfServicesAreChecked() throws Exception {
    for (var name : List.of("all", "\"a b\"", "\"\"", "x".repeat(65))) {
      assertRefused("service " + name + "\n")
          .startsWith("DIR/pen.conf, line 1: service is '")
          .endsWith(
              "', expected a name other than `all`: at most 64 letters, digits, '_', '.', '-'");
    }
    var many =
        IntStream.range(0, 300).mapToObj(i -> "service s" + i).collect(Collectors.joining("\n"));
    assertRefused(many)
        .startsWith("DIR/pen.conf, line 256: service s255 is one too many, expected at most 256");
  }
}
