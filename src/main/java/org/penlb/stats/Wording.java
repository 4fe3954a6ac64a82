package org.penlb.stats;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.Service;

/// Numbers, times and states as the reports word them, so that the HTML and the text say the same.
///
/// Owned by: immutable.
public final class Wording {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// Counts up to here are short enough to be shown in full.
  private static final long FULL_COUNT_MAX = 9_999_999;

  private static final String[] DECIMAL = {"", " k", " M", " G", " T", " P", " E"};
  private static final String[] BINARY = {
    " B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB",
  };

  private Wording() {}

  /// In full, with separators: `1,258,291`.
  static String exact(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /// In full while that is short, else `12.3 M`.
  static String count(long n) {
    return n <= FULL_COUNT_MAX ? exact(n) : scaled(n, 1000, DECIMAL);
  }

  /// `812 B`, `1.2 MiB`.
  static String bytes(long n) {
    return n < 1024 ? exact(n) + BINARY[0] : scaled(n, 1024, BINARY);
  }

  private static String scaled(long n, int base, String[] units) {
    double value = n;
    var unit = 0;
    // Not `base`: what rounds to 1024 KiB is 1.0 MiB.
    while (value >= base - 0.5 && unit < units.length - 1) {
      value /= base;
      unit++;
    }
    return String.format(Locale.ROOT, value < 99.95 ? "%.1f%s" : "%.0f%s", value, units[unit]);
  }

  static String limit(int max) {
    return max == 0 ? "unlimited" : count(max);
  }

  /// Such as `42 %`; never `0 %` for some nor `100 %` for less than all.
  static String percent(long part, long whole) {
    if (whole <= 0 || part <= 0) {
      return "0 %";
    }
    var percent = Math.round(100.0 * part / whole);
    if (percent == 0) {
      return "<1 %";
    }
    return percent >= 100 && part < whole ? ">99 %" : percent + " %";
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /// The two largest units: `4 d 7 h`, `3 min 12 s`, `320 ms`.
  public static String span(Duration span) {
    var seconds = span.toSeconds();
    if (seconds < 1) {
      return Math.max(0, span.toMillis()) + " ms";
    }
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
    return exact(seconds / 86_400) + " d " + seconds % 86_400 / 3600 + " h";
  }

  static String state(Server server) {
    return switch (server.state()) {
      case UP -> "up";
      case BLACKLISTED -> "blacklisted for " + secondsLeft(server);
      case DRAINED -> "drained";
      case UNUSED -> "unused";
    };
  }

  /// Rounded up: a server that is out has some time left.
  static String secondsLeft(Server server) {
    return exact(server.blacklistedFor().plusNanos(999_999_999).toSeconds()) + " s";
  }

  /// `3 web-4`, or `emergency sorry`.
  static String server(Server server) {
    return (server.slot() < 0 ? server.role() : server.slot()) + " " + server.name();
  }

  /// The server that a tracked client used last.
  static String lastServer(Service service, int slot) {
    if (slot < 0) {
      return "none yet";
    }
    var servers = service.servers();
    var known = slot < servers.size() && servers.get(slot).slot() == slot;
    return known ? server(servers.get(slot)) : Integer.toString(slot);
  }

  /// What a service carries.
  static String noun(Service service) {
    return service.udp() ? "session" : "connection";
  }

  /// The same as a heading.
  static String title(Service service) {
    return service.udp() ? "Sessions" : "Connections";
  }

  static String plural(long n, String noun) {
    return exact(n) + " " + noun + (n == 1 ? "" : "s");
  }

  /// Which part of a list is shown: `The newest 1,000 of 23,412 clients.`
  ///
  /// @param first what the list begins with, `newest` or `oldest`
  static String listed(String first, int shown, int count, String noun) {
    if (count == 0 && shown == 0) {
      return "No " + noun + "s at the moment.";
    }
    if (shown == 0) {
      return "None of the " + plural(count, noun) + " is listed.";
    }
    return shown >= count
        ? plural(shown, noun) + ", " + first + " first."
        : "The " + first + " " + exact(shown) + " of " + plural(count, noun) + ".";
  }

  static boolean differs(Server server) {
    return !server.address().isEmpty() && !server.address().equals(server.name());
  }

  /// Long counts added without wrapping round.
  static long sum(long a, long b) {
    var sum = a + b;
    return a >= 0 && b >= 0 && sum < 0 ? Long.MAX_VALUE : sum;
  }

  /// The most frequent first; causes that never occurred are left out.
  static List<Map.Entry<String, Long>> byCount(Map<String, Long> closes) {
    var byCount = Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder());
    return closes.entrySet().stream()
        .filter(cause -> cause.getValue() > 0)
        .sorted(byCount.thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  static long total(List<Map.Entry<String, Long>> causes) {
    return causes.stream().mapToLong(Map.Entry::getValue).reduce(0, Wording::sum);
  }
}
