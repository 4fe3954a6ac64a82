package org.penlb.language;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.acl.BadRuleException;
import org.penlb.config.Algorithm;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.FastClose;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServerSpec.Drain;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;

/// Any configuration that commands can make.
final class Configurations {
  private static final List<String> HOSTS =
      List.of("web1", "192.0.2.7", "::1", "2001:db8::1", "fe80::1%eth0", "0.0.0.0", "a_b-c.d", "é");

  private static final List<String> FILES =
      List.of("/a", "pen.log", "/a b/c", "/a\"b", "/a\\b\\", "/#", "#", "/a:80", " ", "/'", "no");

  private static final List<String> RULES =
      List.of(
          "permit 192.0.2.1",
          "deny 192.0.2.0/24",
          "permit 10.0.0.1 255.0.255.0",
          "deny 2001:db8::/32",
          "permit ::/0",
          "permit country SE",
          "deny 0.0.0.0/0");

  private final Random random;

  private Configurations(Random random) {
    this.random = random;
  }

  static Arbitrary<Configuration> any() {
    return Arbitraries.randomValue(random -> new Configurations(random).configuration());
  }

  private Configuration configuration() {
    var names = new HashSet<String>();
    var services = new ArrayList<ServiceConfig>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      var name = one("main", "web", "a.b-c_D", "udp", "no", "x".repeat(64), "7");
      if (names.add(name)) {
        services.add(service(name, 10_000 * services.size()));
      }
    }
    var lists = new ArrayList<List<AccessRule>>();
    for (int i = 0; i < AccessLists.COUNT; i++) {
      lists.add(random.nextBoolean() ? List.of() : several(this::rule));
    }
    return new Configuration(
        services,
        lists,
        random.nextInt(10),
        random.nextInt(11) - 1,
        random.nextInt(10),
        perhaps(() -> Path.of(one(FILES))),
        perhaps(() -> Path.of(one(FILES))));
  }

  private ServiceConfig service(String name, int portsFrom) {
    boolean udp = random.nextBoolean();
    var listen = new ArrayList<Endpoint>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int port = random.nextInt(4) == 0 ? 0 : portsFrom + random.nextInt(9) + 10 * i + 1;
      listen.add(
          !udp && random.nextInt(4) == 0
              ? new Endpoint(null, -1, Path.of("/s " + (portsFrom + i)))
              : new Endpoint(perhaps(() -> one(HOSTS)), port, null));
    }
    return new ServiceConfig(
        name,
        udp,
        listen,
        servers(),
        perhaps(this::special),
        perhaps(this::special),
        settings(),
        perhaps(() -> one("/log", "a log", "192.0.2.1:514", "[::1]:514", "\"", "\\", "web1:1")));
  }

  /// The last one is used.
  private List<ServerSpec> servers() {
    var servers = new ArrayList<>(several(this::server));
    while (!servers.isEmpty() && servers.getLast().equals(ServerSpec.EMPTY)) {
      servers.removeLast();
    }
    servers.add(new ServerSpec("last", 1, 0, 0, 0, 0, 0, null));
    return servers;
  }

  private ServerSpec server() {
    if (random.nextInt(5) == 0) {
      return ServerSpec.EMPTY;
    }
    return new ServerSpec(
        one(HOSTS),
        random.nextInt(65_536),
        number(),
        number(),
        number(),
        number(),
        random.nextInt(10),
        perhaps(() -> new Drain(perhaps(() -> seconds(0)))));
  }

  /// The emergency and the abuse server have neither access list nor drain.
  private ServerSpec special() {
    var editor = server().edit();
    editor.acl = 0;
    editor.drain = null;
    return editor.build();
  }

  private Settings settings() {
    var settings = new Settings.Builder();
    for (var algorithm : Algorithm.values()) {
      if (random.nextBoolean()) {
        settings.algorithms.add(algorithm);
      }
    }
    settings.roundrobin = random.nextBoolean();
    settings.stubborn = random.nextBoolean();
    settings.blacklist = seconds(0);
    settings.connectTimeout = seconds(1);
    settings.tracking = seconds(0);
    settings.clientsMax = 1 + random.nextInt(1_000_000_000);
    settings.connectionsMax = 1 + random.nextInt(1_000_000_000);
    settings.acceptsPerEvent = 1 + random.nextInt(1_000_000_000);
    settings.backlog = 50 + random.nextInt(1_000_000);
    settings.http = random.nextBoolean();
    settings.idleTimeout = seconds(0);
    settings.drain = seconds(0);
    settings.resolve = seconds(0);
    settings.fastClose = one(FastClose.values());
    settings.noDelay = random.nextBoolean();
    settings.keepAlive = random.nextBoolean();
    settings.source = perhaps(() -> InetAddress.ofLiteral(one("192.0.2.1", "::1", "2001:db8::")));
    settings.ascii = random.nextBoolean();
    settings.clientAcl = random.nextInt(10);
    settings.pendingMax = 1 + random.nextInt(1_000_000_000);
    settings.prefix4 = 1 + random.nextInt(32);
    settings.prefix6 = 1 + random.nextInt(128);
    settings.stickyGroup = perhaps(() -> one("g", "all", "no", "A.b-c_9"));
    settings.idlers = random.nextInt(10_001);
    settings.dummy = random.nextBoolean();
    settings.transparent = random.nextBoolean();
    settings.udpTimeout = seconds(1);
    settings.udpUnanswered = random.nextInt(1_000_000_001);
    return settings.build();
  }

  private AccessRule rule() {
    try {
      return AccessRule.parse(List.of(one(RULES).split(" ")));
    } catch (BadRuleException e) {
      throw new AssertionError(e);
    }
  }

  private int number() {
    return random.nextBoolean() ? random.nextInt(10) : random.nextInt(Integer.MAX_VALUE);
  }

  private Duration seconds(int least) {
    return Duration.ofSeconds(
        random.nextBoolean() ? least + random.nextInt(100) : 1_000_000_000L - random.nextInt(100));
  }

  private <T> List<T> several(Supplier<T> element) {
    var list = new ArrayList<T>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      list.add(element.get());
    }
    return list;
  }

  private <T> T perhaps(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }

  private <T> T one(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  @SafeVarargs
  private <T> T one(T... values) {
    return values[random.nextInt(values.length)];
  }
}
