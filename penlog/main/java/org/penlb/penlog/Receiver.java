package org.penlb.penlog;

import java.util.List;

/// Where penlog sends to, as its command line has it: `host port [my_ip]` or `host:port [my_ip]`.
///
/// Owned by: immutable.
///
/// @param host name or address, without brackets
/// @param local null if it is not given
record Receiver(String host, int port, String local) {

  /// Reads it.
  ///
  /// @return null if it is not of this form
  static Receiver parse(List<String> words) {
    if (words.isEmpty() || words.stream().anyMatch(w -> w.isEmpty() || w.startsWith("-"))) {
      return null;
    }
    var first = words.getFirst();
    int colon = first.lastIndexOf(':');
    boolean brackets = first.startsWith("[") && first.contains("]");
    boolean whole =
        brackets
            ? first.charAt(first.length() - 1) != ']'
            : colon > 0 && colon == first.indexOf(':');
    if (whole) {
      return colon > 0 && words.size() <= 2
          ? of(first.substring(0, colon), first.substring(colon + 1), words, 1)
          : null;
    }
    return words.size() == 2 || words.size() == 3 ? of(first, words.get(1), words, 2) : null;
  }

  private static Receiver of(String host, String port, List<String> words, int next) {
    int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
    boolean opens = host.startsWith("[");
    if (number < 1 || number > 65_535 || opens != host.endsWith("]") || host.equals("[]")) {
      return null;
    }
    var bare = opens ? host.substring(1, host.length() - 1) : host;
    return new Receiver(bare, number, words.size() > next ? words.get(next) : null);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
