package org.penlb.balance;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;

/// The clients that the administrator sends to a slot of his choice.
///
/// Owned by: shared (changes under a lock; looking up takes none). While nobody is pinned, looking
/// up is the reading of one field.
public final class Pins {
  /// A pin is an exception made by hand; whole networks have access lists and prefixes.
  public static final int MOST = 10_000;

  private final int prefix4;
  private final int prefix6;

  /// By what clients are known by; null while there are none.
  private volatile Map<ClientAddress, Pin> byKey;

  /// One client's.
  ///
  /// @param address as it was given
  /// @param untilNanos when it is over, unless it is for ever
  public record Pin(ClientAddress address, int slot, boolean forEver, long untilNanos) {
    boolean isOver(long nowNanos) {
      return !forEver && untilNanos - nowNanos <= 0;
    }

    /// Null: for ever.
    public Duration left(long nowNanos) {
      return forEver ? null : Duration.ofNanos(Math.max(0, untilNanos - nowNanos));
    }
  }

  /// @param prefix4 bits of an IPv4 address that make a client
  /// @param prefix6 bits of an IPv6 address that make a client
  Pins(int prefix4, int prefix6) {
    this.prefix4 = prefix4;
    this.prefix6 = prefix6;
  }

  /// The same pins for clients that are known by other prefixes. Of two that become one client's
  /// the higher address decides.
  Pins cutTo(int newPrefix4, int newPrefix6) {
    if (newPrefix4 == prefix4 && newPrefix6 == prefix6) {
      return this;
    }
    var cut = new Pins(newPrefix4, newPrefix6);
    for (var pin : sorted()) {
      cut.put(pin);
    }
    return cut;
  }

  /// Null if it is not pinned.
  ///
  /// @param key what the client is known by
  Pin find(ClientAddress key, long nowNanos) {
    var pins = byKey;
    if (pins == null) {
      return null;
    }
    var pin = pins.get(key);
    if (pin != null && pin.isOver(nowNanos)) {
      dropExpired(nowNanos);
      return null;
    }
    return pin;
  }

  synchronized void put(ClientAddress address, int slot, long nowNanos, Duration time)
      throws BadSettingException {
    if (slot < 0) {
      throw new IllegalArgumentException("a pin to slot " + slot);
    }
    dropExpired(nowNanos);
    if (byKey != null && byKey.size() >= MOST && !byKey.containsKey(key(address))) {
      throw new BadSettingException(
          "cannot pin " + address + ": " + MOST + " clients are pinned, expected fewer");
    }
    put(
        time == null
            ? new Pin(address, slot, true, 0)
            : new Pin(address, slot, false, nowNanos + time.toNanos()));
  }

  private synchronized void put(Pin pin) {
    var pins = byKey == null ? new ConcurrentHashMap<ClientAddress, Pin>() : byKey;
    pins.put(key(pin.address()), pin);
    byKey = pins;
  }

  synchronized boolean remove(ClientAddress address) {
    boolean wasPinned = byKey != null && byKey.remove(key(address)) != null;
    letGoIfEmpty();
    return wasPinned;
  }

  private synchronized void dropExpired(long nowNanos) {
    if (byKey != null) {
      byKey.values().removeIf(pin -> pin.isOver(nowNanos));
      letGoIfEmpty();
    }
  }

  private void letGoIfEmpty() {
    if (byKey != null && byKey.isEmpty()) {
      byKey = null;
    }
  }

  List<Pin> list(long nowNanos) {
    dropExpired(nowNanos);
    return sorted();
  }

  private List<Pin> sorted() {
    var pins = byKey;
    return pins == null
        ? List.of()
        : pins.values().stream().sorted(Comparator.comparing(Pin::address)).toList();
  }

  private ClientAddress key(ClientAddress address) {
    return address.prefix(prefix4, prefix6);
  }
}
