package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.ManPage;
import org.penlb.config.CommandLine;
import org.penlb.config.Configuration;
import org.penlb.config.ServiceConfig;
import org.penlb.language.ConfigurationReader;
import org.penlb.language.Draft;

/// The files that pen.conf(5) and the README show are read as they stand there.
class ConfigurationExamplesTest {
  @TempDir private Path directory;

  /// Not what somebody types, or sees.
  private static List<String> files() throws Exception {
    return ManPage.read("pen.conf.5").examples().stream()
        .filter(example -> !example.matches("(?s)(\\$|pen|penctl) .*"))
        .toList();
  }

  /// A part of a file is about a service that the command line has.
  private Configuration read(String text) throws Exception {
    boolean whole = text.contains("listen ");
    var file = Files.writeString(directory.resolve("pen.conf"), text);
    var launch =
        whole
            ? CommandLine.parse("1", "-F", file.toString())
            : CommandLine.parse("1", "-F", file.toString(), "8080", "198.51.100.1:80");
    var draft = new Draft(launch.service());
    if (!whole) {
      draft.service(null);
    }
    var reader = new ConfigurationReader(Commands.language(), draft, path -> path);
    reader.file(file, null);
    return reader.configuration();
  }

  @Test
  void everyFileIsRead() throws Exception {
    assertThat(files()).hasSize(5);
    for (var file : files()) {
      var configuration = read(file);
      assertThat(configuration.lists()).as(file).anyMatch(list -> !list.isEmpty());
    }
  }

  @Test
  void fileOfSeveralServicesMakesThem() throws Exception {
    var several = files().stream().filter(file -> file.contains("\nservice ")).toList();
    assertThat(several).hasSize(2);
    var services = read(several.getFirst()).services();
    assertThat(services).extracting(ServiceConfig::name).containsExactly("web", "secure", "mail");
    assertThat(services)
        .extracting(service -> service.settings().stickyGroup())
        .containsExactly("site", "site", null);
  }

  @Test
  void nameServersHaveOnePortForUdpAndTcp() throws Exception {
    var names =
        files().stream().filter(file -> file.contains("service dns udp")).toList().getFirst();
    assertNameServers(read(names));
    assertNameServers(read(readme("    # /etc/pen.conf: DNS")));
  }

  private static void assertNameServers(Configuration configuration) {
    assertThat(configuration.services())
        .extracting(ServiceConfig::udp)
        .containsExactly(true, false);
    assertThat(configuration.services())
        .extracting(ServiceConfig::listen, service -> service.settings().stickyGroup())
        .containsOnly(tuple(configuration.services().getFirst().listen(), "names"));
  }

  @Test
  void fileOfTheReadmeIsReadToo() throws Exception {
    assertThat(read(readme("    # /etc/pen.conf")).services())
        .extracting(service -> service.settings().stickyGroup())
        .containsExactly("site", "site");
  }

  private static String readme(String firstLine) throws Exception {
    var file = new StringBuilder();
    for (var line : Files.readAllLines(ManPage.file("../README.md"))) {
      if (line.equals(firstLine) || (!file.isEmpty() && line.matches("( {4}.*)?"))) {
        file.append(line.strip()).append('\n');
      } else if (!file.isEmpty()) {
        break;
      }
    }
    return file.toString();
  }
}
