package org.penlb.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;

/// One server as the administrator writes it: `host[:port[:max[:hard[:weight[:prio]]]]]`, an IPv6
/// host in brackets.
///
/// Owned by: immutable.
///
/// @param host name or address, without brackets
/// @param port 0 is an empty slot, to which nothing is sent
/// @param max connections from which on only clients returning to this server are let in; 0 is
///   unlimited
/// @param hard connections from which on nobody is let in; 0, or less than `max`, is the same as
///   `max`
/// @param weight share under `-W`; 0 takes no part in it
/// @param prio rank under `prio`, the lowest first
/// @param acl the access list that says which clients may go there, 0 to 9
/// @param drain null where it takes new clients
public record ServerSpec(
    String host, int port, int max, int hard, int weight, int prio, int acl, Drain drain) {

  /// A slot that is never used.
  public static final ServerSpec EMPTY = new ServerSpec("0.0.0.0", 0, 0, 0, 0, 0, 0, null);

  /// A server that takes no new clients, to be taken out of service.
  ///
  /// @param patience how long it goes on to take the clients that it has; null: for ever
  public record Drain(Duration patience) {}

  private static final String FORM = "expected host[:port[:max[:hard[:weight[:prio]]]]]";

  /// Parses the form above.
  ///
  /// @param defaultPort the listening port, for a server without one; -1 if there is none
  /// @throws BadSettingException that names the part which is wrong
  public static ServerSpec parse(String text, int defaultPort) throws BadSettingException {
    if (isBareIpv6(text)) {
      throw new BadSettingException(
          "server '" + text + "' is an IPv6 address, expected brackets: [" + text + "]:port");
    }
    var host = Endpoint.hostOf(text, FORM);
    var rest = Endpoint.afterHost(text, FORM);
    var parts = rest.isEmpty() ? new String[0] : rest.substring(1).split(":", -1);
    if (parts.length > 5) {
      throw new BadSettingException("server '" + text + "': too many parts, " + FORM);
    }
    boolean hasPort = parts.length > 0 && !parts[0].isEmpty();
    int port = hasPort ? Endpoint.port(parts[0], "server '" + text + "'") : defaultPort;
    if (port < 0) {
      throw new BadSettingException(
          "server '" + text + "' needs a port, as pen does not listen on one it could share");
    }
    return new ServerSpec(
        host,
        port,
        part(text, parts, 1, "max"),
        part(text, parts, 2, "hard"),
        part(text, parts, 3, "weight"),
        part(text, parts, 4, "prio"),
        0,
        null);
  }

  private static boolean isBareIpv6(String text) {
    try {
      return InetAddress.ofLiteral(text) instanceof Inet6Address && !text.startsWith("[");
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static int part(String text, String[] parts, int index, String name)
      throws BadSettingException {
    return parts.length <= index || parts[index].isEmpty()
        ? 0
        : Numbers.parse(parts[index], 0, Integer.MAX_VALUE, "server '" + text + "': " + name);
  }

  /// As the administrator writes it, for messages.
  public String hostAndPort() {
    return Endpoint.text(host, port);
  }

  /// As it is written where a server has all its parts: `host:port:max:hard:weight:prio`.
  public String text() {
    return "%s:%d:%d:%d:%d".formatted(hostAndPort(), max, hard, weight, prio);
  }

  /// The most connections it takes from a client that returns to it; 0 is unlimited.
  public int hardLimit() {
    return max == 0 ? 0 : Math.max(max, hard);
  }

  public Editor edit() {
    return new Editor(this);
  }

  /// A specification in the making.
  ///
  /// Owned by: the thread that reads a configuration.
  public static final class Editor {
    public String host;
    public int port;
    public int max;
    public int hard;
    public int weight;
    public int prio;
    public int acl;
    public Drain drain;

    private Editor(ServerSpec spec) {
      host = spec.host;
      port = spec.port;
      max = spec.max;
      hard = spec.hard;
      weight = spec.weight;
      prio = spec.prio;
      acl = spec.acl;
      drain = spec.drain;
    }

    public ServerSpec build() {
      return new ServerSpec(host, port, max, hard, weight, prio, acl, drain);
    }
  }
}
