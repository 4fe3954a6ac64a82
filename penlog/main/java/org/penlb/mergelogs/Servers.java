package org.penlb.mergelogs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.penlb.penlog.Address;
import org.penlb.penlog.PenLine;

/// Which of the servers of the command line a line of pen is about. Names are looked up once, at
/// start; a server may have several addresses.
///
/// Owned by: immutable.
final class Servers {
  static final int NONE = -1;

  /// A server whose address another one has, too.
  static final class GivenTwiceException extends Exception {
    private static final long serialVersionUID = 1;

    GivenTwiceException(String one, String other) {
      super(
          one.equals(other)
              ? "server "
                  + one
                  + " is given twice; its logs can be joined: zcat -f old new | mergelogs"
                  + " ... "
                  + one
                  + ":-"
              : "servers "
                  + one
                  + " and "
                  + other
                  + " have the same address; pen's log does not"
                  + " tell them apart");
    }
  }

  private final Map<Address, Integer> byAddress = new HashMap<>();

  /// For a log in which names stand.
  private final Map<String, Integer> byName = new HashMap<>();

  private Servers() {}

  /// @param names as in the command line, IPv6 addresses without brackets
  /// @throws IOException naming the server whose address cannot be found
  static Servers lookUp(List<String> names) throws IOException, GivenTwiceException {
    var servers = new Servers();
    for (int i = 0; i < names.size(); i++) {
      var name = names.get(i);
      refuse(names, servers.byName.put(name, i), name);
      for (var address : addresses(name)) {
        refuse(names, servers.byAddress.put(address, i), name);
      }
    }
    return servers;
  }

  private static void refuse(List<String> names, Integer other, String name)
      throws GivenTwiceException {
    if (other != null) {
      throw new GivenTwiceException(names.get(other), name);
    }
  }

  private static Set<Address> addresses(String name) throws IOException {
    var addresses = new LinkedHashSet<Address>();
    var literal = Address.parse(name);
    if (literal != null) {
      addresses.add(literal);
      return addresses;
    }
    // Java takes "10.1" for an address.
    if (name.isEmpty() || name.matches("[0-9.]+") || name.contains(":")) {
      throw new IOException("server " + name + " is no address");
    }
    try {
      for (var address : InetAddress.getAllByName(name)) {
        addresses.add(Address.of(address));
      }
    } catch (UnknownHostException e) {
      throw new IOException("server " + name + ": unknown host", e);
    }
    return addresses;
  }

  /// The place of the server in the command line, or [#NONE].
  int find(PenLine line) {
    var address = line.serverAddress();
    var server = address == null ? byName.get(line.server()) : byAddress.get(address);
    return server == null ? NONE : server;
  }
}
