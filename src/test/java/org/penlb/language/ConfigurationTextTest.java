package org.penlb.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.penlb.acl.AccessRule;
import org.penlb.config.Algorithm;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.FastClose;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;

/// What `write` writes: all that can be set, so that it makes the same configuration again.
class ConfigurationTextTest {
  private static final Language LANGUAGE = new Language(ConfigurationText.commands());

  /// A command line that names an address and servers, and is of another mind about everything.
  private static final ServiceConfig DEFAULTS = defaults();

  private static ServiceConfig defaults() {
    try {
      return new ServiceConfig(
          "main",
          true,
          List.of(Endpoint.parse("9999")),
          List.of(ServerSpec.parse("other:1:2:3:4:5", 1), ServerSpec.parse("other:2", 1)),
          ServerSpec.parse("sorry:3", 1),
          ServerSpec.parse("tarpit:4", 1),
          (Settings) changed(Settings.DEFAULT, "keepAlive"),
          "/other");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Configuration read(String text, Draft draft) throws Exception {
    var reader = new ConfigurationReader(LANGUAGE, draft, file -> file);
    int number = 0;
    for (var line : text.lines().toList()) {
      reader.line(line, "line " + ++number);
    }
    var configuration = reader.configuration();
    assertThat(reader.pending()).isEmpty();
    return configuration;
  }

  @Property(tries = 300)
  void whatIsWrittenMakesTheSameWhateverWasBefore(
      @ForAll("configurations") Configuration configuration,
      @ForAll("configurations") Configuration before)
      throws Exception {
    var text = ConfigurationText.of(configuration);
    for (var draft : List.of(new Draft(DEFAULTS), Draft.of(before, DEFAULTS), started())) {
      var again = read(text, draft);
      assertThat(again).isEqualTo(configuration);
      assertThat(ConfigurationText.of(again)).isEqualTo(text);
    }
  }

  private static Draft started() throws Exception {
    var draft = new Draft(DEFAULTS);
    draft.service(null);
    draft.process(2, Path.of("/report"));
    return draft;
  }

  @Provide
  Arbitrary<Configuration> configurations() {
    return Configurations.any();
  }

  // ---- completeness ---------------------------------------------------------------------------

  private static Configuration sample() throws Exception {
    var lists = new ArrayList<List<AccessRule>>();
    for (int i = 0; i < 10; i++) {
      lists.add(List.of(AccessRule.parse(List.of("permit", "192.0.2." + i))));
    }
    var service =
        new ServiceConfig(
            "web",
            false,
            List.of(Endpoint.parse("80")),
            List.of(ServerSpec.parse("web1:81", 1)),
            null,
            null,
            Settings.DEFAULT,
            null);
    return new Configuration(List.of(service), lists, 0, -1, 0, null, null);
  }

  static Stream<RecordComponent> components() {
    return Stream.of(Configuration.class, ServiceConfig.class, Settings.class, ServerSpec.class)
        .flatMap(type -> Arrays.stream(type.getRecordComponents()));
  }

  @ParameterizedTest
  @MethodSource("components")
  void whateverCanBeSetIsWritten(RecordComponent component) throws Exception {
    var sample = sample();
    var service = sample.services().getFirst();
    var type = component.getDeclaringRecord();
    var changed =
        type == Configuration.class
            ? (Configuration) changed(sample, component.getName())
            : with(
                sample,
                "services",
                List.of(
                    type == ServiceConfig.class
                        ? changed(service, component.getName())
                        : type == Settings.class
                            ? with(
                                service,
                                "settings",
                                changed(service.settings(), component.getName()))
                            : with(
                                service,
                                "servers",
                                List.of(
                                    changed(service.servers().getFirst(), component.getName())))));
    assertThat(changed).isNotEqualTo(sample);
    assertThat(ConfigurationText.of(changed)).isNotEqualTo(ConfigurationText.of(sample));
    assertThat(read(ConfigurationText.of(changed), Draft.of(sample, service))).isEqualTo(changed);
  }

  /// The same record but for one component, which has another value.
  private static Object changed(Record old, String name) throws Exception {
    for (var component : old.getClass().getRecordComponents()) {
      if (component.getName().equals(name)) {
        return with(old, name, other(component, component.getAccessor().invoke(old)));
      }
    }
    throw new AssertionError(name);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Record> T with(T old, String name, Object value) throws Exception {
    var components = old.getClass().getRecordComponents();
    var values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          components[i].getName().equals(name) ? value : components[i].getAccessor().invoke(old);
    }
    var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return (T) old.getClass().getDeclaredConstructor(types).newInstance(values);
  }

  private static Object other(RecordComponent component, Object value) throws Exception {
    var name = component.getName();
    return switch (component.getType().getSimpleName()) {
      case "boolean" -> !(Boolean) value;
      case "int" -> name.startsWith("prefix") ? (Integer) value - 1 : (Integer) value + 1;
      case "Duration" -> ((Duration) value).plusSeconds(1);
      case "String" -> "other";
      case "Path" -> Path.of("/other");
      case "InetAddress" -> InetAddress.ofLiteral("192.0.2.200");
      case "FastClose" -> FastClose.BOTH;
      case "ServerSpec" -> ServerSpec.parse("other:7", 1);
      case "Drain" -> new ServerSpec.Drain(Duration.ofSeconds(7));
      case "Settings" -> changed(Settings.DEFAULT, "http");
      case "Set" -> Set.copyOf(EnumSet.of(Algorithm.RANDOM));
      case "List" ->
          switch (name) {
            case "listen" -> List.of(Endpoint.parse("81"));
            case "servers" -> List.of(ServerSpec.EMPTY, ServerSpec.parse("other:7", 1));
            case "lists" -> new ArrayList<>(java.util.Collections.nCopies(10, List.of()));
            case "services" ->
                List.of(changed((ServiceConfig) ((List<?>) value).getFirst(), "name"));
            default -> throw new AssertionError("no other value of " + component);
          };
      default -> throw new AssertionError("no other value of " + component);
    };
  }
}
