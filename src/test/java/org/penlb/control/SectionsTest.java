package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.language.ConfigurationReader;
import org.penlb.language.ConfigurationText;
import org.penlb.language.Draft;

/// Which service the lines of a file are about.
class SectionsTest {
  /// A command line without an address.
  private static final ServiceConfig NONE =
      new ServiceConfig("main", false, List.of(), List.of(), null, null, Settings.DEFAULT, null);

  @TempDir private Path directory;

  private Configuration read(String text) throws Exception {
    var draft = new Draft(NONE);
    var reader = new ConfigurationReader(Commands.language(), draft, file -> file);
    reader.file(Files.writeString(directory.resolve("pen.conf"), text), null);
    return reader.configuration();
  }

  @Test
  void commandsOfTheProcessBeforeTheFirstSectionMakeNoService() throws Exception {
    var configuration =
        read(
            """
            acl 9 permit 127.0.0.1
            control_acl 9
            debug 1
            service web
            listen 8001
            server 0 address 127.0.0.1 port 80
            """);
    assertThat(configuration.services()).extracting(ServiceConfig::name).containsExactly("web");
    assertThat(configuration.controlAcl()).isEqualTo(9);
  }

  @Test
  void whatIsWrittenIsReadAgainWhateverTheServicesAreCalled() throws Exception {
    var configuration =
        read(
            """
            acl 9 permit 127.0.0.1
            service web
            listen 8001
            server 0 address 127.0.0.1 port 80
            service mail
            listen 8002
            server 0 address 127.0.0.1 port 25
            """);
    assertThat(read(ConfigurationText.of(configuration))).isEqualTo(configuration);
  }

  @Test
  void commandsOfAServiceWithoutASectionAreTheFirstOnes() throws Exception {
    var configuration = read("listen 8001\nserver 0 address 127.0.0.1 port 80\n");
    assertThat(configuration.services()).extracting(ServiceConfig::name).containsExactly("main");
  }

  @Test
  void includedFileIsAboutTheSectionThatItIsIncludedInAndItsOwnSectionsEndWithIt()
      throws Exception {
    var more = Files.writeString(directory.resolve("more"), "timeout 9\nservice web\nblacklist 7");
    var configuration =
        read(
            """
            service web
            listen 8001
            server 0 address 127.0.0.1 port 80
            service mail
            listen 8002
            include %s
            server 0 address 127.0.0.1 port 25
            """
                .formatted(more));
    assertThat(configuration.service("web").settings().blacklist()).hasSeconds(7);
    assertThat(configuration.service("mail").settings().connectTimeout()).hasSeconds(9);
    assertThat(configuration.service("mail").settings().blacklist()).hasSeconds(30);
    assertThat(configuration.service("mail").servers()).hasSize(1);
  }

  @Test
  void fileThatIsNotThereIsSaidToBeMissing() {
    var absent = directory.resolve("absent");
    assertThatThrownBy(() -> read("include " + absent + "\n"))
        .isInstanceOf(BadSettingException.class)
        .hasMessage("%s/pen.conf, line 1: cannot read %s: no such file", directory, absent);
  }

  @Test
  void slotsThatClassicPenWroteAndDoesNotUseAreNotThere() throws Exception {
    var configuration =
        read(
            """
            listen 8001
            server 0 acl 0 address 127.0.0.1 port 80 max 10 hard 0
            server 1 acl 0 address (unknown address family 0 port 0 max 0 hard 0
            server 2 acl 0 address ::1 port 80 max 5 hard 7
            server 3 acl 0 address (unknown address family 0 port 0 max 0 hard 0
            """);
    assertThat(configuration.services().getFirst().servers())
        .extracting(ServerSpec::port)
        .containsExactly(80, 0, 80);
  }
}
