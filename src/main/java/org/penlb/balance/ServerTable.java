package org.penlb.balance;

import java.util.List;

/// The servers of a service by slot, with its emergency and abuse server.
///
/// Owned by: immutable; the servers in it are shared. A choice works on one table from beginning to
/// end, whatever replaces it meanwhile.
///
/// @param servers index is slot
/// @param emergency used when no regular server can take the connection; null if there is none
/// @param abuse for clients that the access list denies; null if there is none
public record ServerTable(List<Server> servers, Server emergency, Server abuse) {
  public ServerTable {
    servers = List.copyOf(servers);
  }

  public int size() {
    return servers.size();
  }

  public Server server(int slot) {
    return servers.get(slot);
  }

  /// Whether a client that used `server` can go there again: it is still in its slot.
  boolean holds(Server server) {
    return server != null
        && server.isRegular()
        && server.slot() < size()
        && server(server.slot()) == server;
  }
}
