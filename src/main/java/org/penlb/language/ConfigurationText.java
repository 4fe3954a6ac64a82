package org.penlb.language;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.penlb.config.Configuration;

/// A configuration as a file of commands that makes the same one, whatever was set before.
public final class ConfigurationText {
  private static final String HEAD =
      """
      # The configuration of a pen, as its command `write` wrote it; read with `pen -F FILE`.
      # Options of the process (-C -X -p -u -j -f --loops) and pins are not in it.

      """;

  private static final String SERVICES =
      """

      # All that this pen serves: what the command line says about services does not count.
      no service all
      """;

  private static final List<Setting> OF_PROCESS = ProcessSettings.all();
  private static final List<Setting> OF_SERVICE =
      Stream.of(ProcessSettings.ofService(), ServerCommands.all(), ServiceSettings.all())
          .flatMap(List::stream)
          .toList();

  private ConfigurationText() {}

  /// The commands that set something.
  public static List<Command> commands() {
    var commands = new ArrayList<Command>();
    OF_PROCESS.forEach(setting -> commands.add(setting.command()));
    OF_SERVICE.forEach(setting -> commands.add(setting.command()));
    return commands;
  }

  public static String of(Configuration configuration) {
    var text = new StringBuilder(HEAD);
    for (var setting : OF_PROCESS) {
      text.append(setting.lines().apply(configuration, null));
    }
    text.append(SERVICES);
    for (var service : configuration.services()) {
      text.append("\nservice ").append(service.name());
      text.append(service.udp() ? " udp\n" : "\n");
      for (var setting : OF_SERVICE) {
        text.append(setting.lines().apply(configuration, service));
      }
    }
    return text.toString();
  }
}
