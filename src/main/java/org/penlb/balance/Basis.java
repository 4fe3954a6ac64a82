package org.penlb.balance;

import org.penlb.acl.AccessLists;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Settings;

/// What a service chooses servers by at one moment.
///
/// Owned by: immutable, and replaced as a whole; a choice works on one from beginning to end. The
/// servers, the clients and the pins that it leads to are shared.
record Basis(
    Settings settings, ServerTable servers, AccessLists lists, ClientTable clients, Pins pins) {

  /// What a client is known by: the part of its address that makes a client.
  ClientAddress key(ClientAddress address) {
    return address.prefix(settings.prefix4(), settings.prefix6());
  }

  boolean denies(ClientAddress address) {
    return !lists.permits(settings.clientAcl(), address);
  }
}
