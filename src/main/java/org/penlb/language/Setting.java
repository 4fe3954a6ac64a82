package org.penlb.language;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.penlb.config.Configuration;
import org.penlb.config.ServiceConfig;

/// Something that a command sets, and how it stands in a configuration file.
///
/// Owned by: immutable.
///
/// @param lines the commands that set it as it is; none where nothing else is possible
record Setting(Command command, BiFunction<Configuration, ServiceConfig, String> lines) {

  /// One of a service, in one line.
  static Setting ofService(Command command, Function<ServiceConfig, String> line) {
    return new Setting(command, (_, service) -> line.apply(service) + "\n");
  }

  /// One of the process, in one line.
  static Setting ofProcess(Command command, Function<Configuration, String> line) {
    return new Setting(command, (configuration, _) -> line.apply(configuration) + "\n");
  }

  /// The request that answers with the value of a service.
  static Statement.Request answer(Function<ServiceConfig, Object> value) {
    return (pen, service) -> {
      var text = String.valueOf(value.apply(pen.configuration(service)));
      return text.isEmpty() ? "" : text + "\n";
    };
  }

  /// The request that answers with a value of the process.
  static Statement.Request answerOfProcess(Function<Configuration, Object> value) {
    return (pen, _) -> {
      var text = String.valueOf(value.apply(pen.configuration()));
      return text.isEmpty() ? "" : text + "\n";
    };
  }
}
