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

  /// Whether anything is in the slot.
  boolean isInUse(int slot) {
    return slot >= 0 && slot < size() && server(slot).spec().port() != 0;
  }

  /// The slot of a client whose last server was `used`: that of the same number in this table, as
  /// services of a sticky group have tables of their own and share their clients. -1 if the client
  /// is as one without a server.
  public int slotFor(Server used) {
    return used != null && !used.isRetired() && isInUse(used.slot()) ? used.slot() : -1;
  }
}
