package org.penlb.config;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Where to listen or whom to reach: `[host:]port` or `/path/to/socket`.
///
/// Owned by: immutable.
///
/// @param host name or address without brackets; null where none was given, and for a path
/// @param port 0 lets the kernel choose; -1 for a path
/// @param path of a Unix socket, else null
public record Endpoint(String host, int port, Path path) {

  private static final String FORM = "expected [host:]port or /path/to/socket";
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /// Names, also of the kind with letters of other alphabets, and addresses; `%` is for the zone of
  /// an IPv6 address.
  private static final Pattern HOST = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_.-]*");

  private static final Pattern DIGITS = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  private static final Pattern IPV6 = Pattern.compile("([0-9a-fA-F:.]+)(%[A-Za-z0-9_.-]+)?");

  /// Parses `[host:]port`, an IPv6 host in brackets, or an absolute path.
  ///
  /// @throws BadSettingException that names the part which is wrong
  public static Endpoint parse(String text) throws BadSettingException {
    if (text.startsWith("/")) {
      return new Endpoint(null, -1, path(text, "address"));
    }
    if (text.isEmpty() || text.contains("/")) {
      throw new BadSettingException("address '" + text + "' is not understood, " + FORM);
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return new Endpoint(null, port(text, "address '" + text + "'"), null);
    }
    // `:::80` is how pen's administrators write the IPv6 wildcard.
    var host = text.startsWith("[") ? hostOf(text, FORM) : text.substring(0, colon);
    if (text.startsWith("[") && !afterHost(text, FORM).equals(text.substring(colon))) {
      throw new BadSettingException("address '" + text + "' is not understood, " + FORM);
    }
    if (host.isEmpty()) {
      throw new BadSettingException("address '" + text + "' has no host before ':', " + FORM);
    }
    if (!isHost(host)) {
      throw new BadSettingException("address '" + text + "' has no valid host, " + FORM);
    }
    return new Endpoint(host, port(text.substring(colon + 1), "address '" + text + "'"), null);
  }

  public boolean isUnix() {
    return path != null;
  }

  /// The host at the beginning of `text`: in brackets, or up to the first colon.
  static String hostOf(String text, String form) throws BadSettingException {
    String host;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      host = end < 0 ? "" : text.substring(1, end);
    } else {
      int end = text.indexOf(':');
      host = end < 0 ? text : text.substring(0, end);
    }
    if (!isHost(host)) {
      throw new BadSettingException("'" + text + "' has no valid host, " + form);
    }
    return host;
  }

  /// Whether it may be the name or the address of a host, without brackets.
  public static boolean isHost(String text) {
    return text.contains(":") ? isIpv6(text) : HOST.matcher(text).matches();
  }

  private static boolean isIpv6(String text) {
    var parts = IPV6.matcher(text);
    try {
      // Without the zone: that there is one of this name is another question.
      return parts.matches() && InetAddress.ofLiteral(parts.group(1)) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// An IP address, without brackets; names are not looked up. What the JDK takes besides, such as
  /// `127.1` and `7`, is more likely a slip.
  public static InetAddress literal(String text, String what) throws BadSettingException {
    try {
      if (!DIGITS.matcher(text).matches() || text.split("\\.", -1).length == 4) {
        return InetAddress.ofLiteral(text);
      }
    } catch (IllegalArgumentException e) { // said below
    }
    throw new BadSettingException(what + " is '" + text + "', expected an IP address");
  }

  /// What follows the host: empty, or a colon and the rest.
  static String afterHost(String text, String form) throws BadSettingException {
    int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
    var rest = end < 0 ? "" : text.substring(end);
    if (!rest.isEmpty() && rest.charAt(0) != ':') {
      throw new BadSettingException("'" + text + "' is not understood after ']', " + form);
    }
    return rest;
  }

  /// A file's name. With `LC_ALL=C` the JDK cannot name files beyond ASCII. Control characters
  /// would make what is written and shown of it ambiguous.
  public static Path path(String text, String what) throws BadSettingException {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new BadSettingException(
          what + " '" + text + "' cannot be the name of a file here: control character");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new BadSettingException(
          what + " '" + text + "' cannot be the name of a file here: " + e.getReason());
    }
  }

  /// A port number, or a service's name from `/etc/services`.
  public static int port(String text, String what) throws BadSettingException {
    if (!text.isEmpty() && Character.isLetter(text.charAt(0))) {
      return serviceByName(text, what);
    }
    return Numbers.parse(text, 0, 65_535, what + ": port");
  }

  private static int serviceByName(String name, String what) throws BadSettingException {
    try (var lines = Files.lines(Path.of("/etc/services"))) {
      return lines
          .map(line -> BLANKS.split(line.strip().replaceFirst("#.*", "")))
          .filter(words -> words.length > 1 && words[1].contains("/") && names(words, name))
          .mapToInt(words -> Integer.parseInt(words[1].substring(0, words[1].indexOf('/'))))
          .findFirst()
          .orElseThrow(
              () ->
                  new BadSettingException(
                      what + ": service '" + name + "' is not in /etc/services"));
    } catch (IOException | java.io.UncheckedIOException | NumberFormatException e) {
      throw new BadSettingException(
          what + ": service '" + name + "' cannot be looked up in /etc/services, use a number");
    }
  }

  private static boolean names(String[] words, String name) {
    for (int i = 0; i < words.length; i++) {
      if (i != 1 && words[i].equals(name)) {
        return true;
      }
    }
    return false;
  }

  /// As it is written; the bare port where there is no host.
  @Override
  public String toString() {
    if (path != null) {
      return path.toString();
    }
    if (host == null) {
      return Integer.toString(port);
    }
    return text(host, port);
  }

  /// `host:port`, an IPv6 address in brackets.
  ///
  /// @param host name or address without brackets
  public static String text(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
