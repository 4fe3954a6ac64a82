package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class SettingsTest {
  /// A setting that the builder forgets would silently fall back to its default.
  @Test
  void builderOfSettingsMakesTheSameSettings() throws ReflectiveOperationException {
    var builder = Settings.DEFAULT.toBuilder();
    builder.algorithms.addAll(EnumSet.allOf(Algorithm.class));
    builder.fastClose = FastClose.BOTH;
    builder.source = InetAddress.ofLiteral("192.0.2.1");
    builder.stickyGroup = "web";
    for (var field : Settings.Builder.class.getFields()) {
      var value = field.get(builder);
      switch (value) {
        case Boolean on -> field.set(builder, !on);
        case Integer number -> field.set(builder, number + 1);
        case Duration time -> field.set(builder, time.plusSeconds(1));
        default -> {}
      }
    }
    var settings = builder.build();
    for (var component : Settings.class.getRecordComponents()) {
      assertThat(component.getAccessor().invoke(settings))
          .as(component.getName())
          .isNotEqualTo(component.getAccessor().invoke(Settings.DEFAULT));
    }
    assertThat(settings.toBuilder().build()).isEqualTo(settings);
  }

  @Test
  void settingsDoNotChangeWithTheirBuilder() {
    var builder = new Settings.Builder();
    var settings = builder.build();
    builder.algorithms.add(Algorithm.HASH);
    assertThat(settings.algorithms()).isEmpty();
    assertThatThrownBy(() -> settings.algorithms().add(Algorithm.HASH))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void modeInTheWordsOfTheControlCommand() {
    assertThat(Settings.DEFAULT.mode())
        .isEqualTo("no hash no roundrobin no stubborn no weight no prio");
    var builder = new Settings.Builder();
    builder.algorithms.addAll(EnumSet.allOf(Algorithm.class));
    builder.roundrobin = true;
    builder.stubborn = true;
    assertThat(builder.build().mode())
        .isEqualTo("hash roundrobin stubborn weight prio leastconn random");
  }

  @Test
  void fastCloseNamesTheSideWhoseEndCounts() {
    assertThat(FastClose.OFF.onServerEnd() || FastClose.OFF.onClientEnd()).isFalse();
    assertThat(FastClose.UP.onServerEnd()).isTrue();
    assertThat(FastClose.UP.onClientEnd()).isFalse();
    assertThat(FastClose.DOWN.onServerEnd()).isFalse();
    assertThat(FastClose.DOWN.onClientEnd()).isTrue();
    assertThat(FastClose.BOTH.onServerEnd() && FastClose.BOTH.onClientEnd()).isTrue();
  }
}
