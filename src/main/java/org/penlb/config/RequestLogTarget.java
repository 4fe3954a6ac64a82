package org.penlb.config;

/// Where the request log goes, as it is written: a file, or `host:port` of a penlogd.
public final class RequestLogTarget {
  private RequestLogTarget() {}

  /// Whether it is a file, as everything with a slash or without a colon is.
  public static boolean isFile(String text) {
    return text.contains("/") || !text.contains(":");
  }

  /// Returns `text` if it can be one.
  ///
  /// @param what names the option or command in the message
  public static String check(String text, String what) throws BadSettingException {
    if (text.isEmpty()) {
      throw new BadSettingException(what + " has an empty value, expected a file or host:port");
    }
    if (isFile(text)) {
      Endpoint.path(text, what);
      return text;
    }
    int colon = text.lastIndexOf(':');
    var host = text.substring(0, colon);
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    if (!Endpoint.isHost(brackets ? host.substring(1, host.length() - 1) : host)
        || (!brackets && host.contains(":"))) {
      throw new BadSettingException(
          what + " is '" + text + "', expected a file or host:port (IPv6 in brackets)");
    }
    Numbers.parse(text.substring(colon + 1), 1, 65_535, what + " '" + text + "': port");
    return text;
  }
}
