package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;

class PinsTest {
  private final Pins pins = new Pins(32, 128);
  private final long now = Long.parseLong("9223372036854775802"); // about to overflow

  @Test
  void pinIsOverAfterItsTime() throws Exception {
    pins.put(address(1), 3, now, Duration.ofNanos(10));
    assertThat(pins.find(address(1), now + 9).slot()).isEqualTo(3);
    assertThat(pins.find(address(1), now + 9).left(now + 9)).isEqualTo(Duration.ofNanos(1));
    assertThat(pins.find(address(1), now + 10)).isNull();
    assertThat(pins.find(address(1), now)).as("it is gone for good").isNull();
  }

  @Test
  void pinWithoutTimeIsForEver() throws Exception {
    pins.put(address(1), 3, now, null);
    assertThat(pins.find(address(1), now + Long.MAX_VALUE).left(0)).isNull();
    assertThat(pins.find(address(2), now)).isNull();
  }

  @Test
  void newPinReplacesTheOld() throws Exception {
    pins.put(address(1), 3, now, null);
    pins.put(address(1), 4, now, Duration.ofSeconds(1));
    assertThat(pins.list(now)).hasSize(1);
    assertThat(pins.find(address(1), now).slot()).isEqualTo(4);
  }

  @Test
  void removingSaysWhetherThereWasAPin() throws Exception {
    pins.put(address(1), 3, now, null);
    assertThat(pins.remove(address(2))).isFalse();
    assertThat(pins.remove(address(1))).isTrue();
    assertThat(pins.remove(address(1))).isFalse();
    assertThat(pins.find(address(1), now)).isNull();
  }

  @Test
  void listIsInOrderAndWithoutThoseThatAreOver() throws Exception {
    pins.put(address(3), 0, now, null);
    pins.put(address(1), 1, now, Duration.ofNanos(20));
    pins.put(address(2), 2, now, Duration.ofNanos(10));
    assertThat(pins.list(now + 10).stream().map(Pins.Pin::address))
        .containsExactly(address(1), address(3));
  }

  @Test
  void fullTableSaysSoAndStillTakesWhatItHas() throws Exception {
    for (int i = 0; i < Pins.MOST; i++) {
      pins.put(address(i), 0, now, Duration.ofNanos(i == 0 ? 10 : 20));
    }
    pins.put(address(7), 1, now, Duration.ofNanos(20));
    assertThat(pins.find(address(7), now).slot()).isEqualTo(1);
    assertThatThrownBy(() -> pins.put(address(99_999), 0, now, null))
        .isInstanceOf(BadSettingException.class)
        .hasMessage("cannot pin 10.1.134.159: 10000 clients are pinned, expected fewer");
    assertThat(pins.find(address(99_999), now)).isNull();
    pins.put(address(99_999), 0, now + 10, null);
    assertThat(pins.list(now + 10)).as("one was over").hasSize(Pins.MOST);
  }

  @Test
  void slotIsNeverNegative() {
    assertThatThrownBy(() -> pins.put(address(1), -1, now, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slot -1");
  }

  @Test
  void onePinIsForAllWhoAreOneClient() throws Exception {
    var networks = new Pins(24, 64);
    networks.put(address("192.0.2.7"), 2, now, null);
    networks.put(address("2001:db8::7"), 3, now, null);
    assertThat(networks.find(address("192.0.2.0"), now).slot()).isEqualTo(2);
    assertThat(networks.find(address("2001:db8::"), now).slot()).isEqualTo(3);
    assertThat(networks.remove(address("192.0.2.99"))).isTrue();
  }

  @Test
  void pinsFollowAChangeOfThePrefix() throws Exception {
    pins.put(address("192.0.2.7"), 2, now, null);
    pins.put(address("192.0.2.9"), 4, now, null);
    pins.put(address("192.0.3.1"), 5, now, Duration.ofNanos(10));
    var networks = pins.cutTo(24, 128);
    assertThat(networks.find(address("192.0.2.0"), now).slot()).isEqualTo(4);
    assertThat(networks.find(address("192.0.3.0"), now + 10)).isNull();
    assertThat(networks.list(now).stream().map(Pins.Pin::address))
        .as("as they were given")
        .containsExactly(address("192.0.2.9"));
    assertThat(pins.cutTo(32, 128)).isSameAs(pins);
  }

  @Test
  void clientOnAUnixSocketCanBePinned() throws Exception {
    var networks = new Pins(24, 64);
    networks.put(ClientAddress.UNIX, 1, now, null);
    assertThat(networks.find(ClientAddress.UNIX, now).slot()).isEqualTo(1);
  }
}
