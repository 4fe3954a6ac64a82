package org.penlb.language;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;

/// Addresses and host names as words of a command.
public final class Addresses {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+(\\.[0-9]+)*");

  private Addresses() {}

  /// An IP address; names are not looked up.
  public static InetAddress literal(String text, String what) throws BadSettingException {
    try {
      if (!DIGITS.matcher(text).matches() || text.split("\\.", -1).length == 4) {
        return InetAddress.ofLiteral(text);
      }
    } catch (IllegalArgumentException e) { // said below
    }
    throw new BadSettingException(
        what + " is '" + Language.echo(text) + "', expected an IP address");
  }

  /// A name or an address, in brackets or not; returned without them.
  public static String host(String text, String what) throws BadSettingException {
    boolean brackets = text.startsWith("[") && text.endsWith("]");
    var host = brackets ? text.substring(1, text.length() - 1) : text;
    if (!Endpoint.isHost(host)) {
      throw new BadSettingException(
          what + " is '" + Language.echo(text) + "', expected a host name or an IP address");
    }
    return host;
  }
}
