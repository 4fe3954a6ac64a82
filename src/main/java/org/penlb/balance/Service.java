package org.penlb.balance;

import org.penlb.acl.ClientAddress;
import org.penlb.config.Settings;
import org.penlb.stats.Counters;

/// One balanced service: settings, servers, clients, and what happened so far.
///
/// Owned by: shared. Settings and servers are immutable values, replaced as a whole; a client table
/// may belong to several services.
public final class Service {
  private final String name;
  private final ClientTable clients;
  private final Policy policy = new Policy();
  private final Counters counters = new Counters();
  private volatile Settings settings;
  private volatile ServerTable servers;

  public Service(String name, Settings settings, ServerTable servers, ClientTable clients) {
    this.name = name;
    this.settings = settings;
    this.servers = servers;
    this.clients = clients;
  }

  public String name() {
    return name;
  }

  public Settings settings() {
    return settings;
  }

  public ServerTable servers() {
    return servers;
  }

  public ClientTable clients() {
    return clients;
  }

  public Counters counters() {
    return counters;
  }

  /// The client that begins a connection. With `-r` nobody is remembered: it is always a new one.
  public Client remember(ClientAddress address, long nowNanos) {
    if (settings.roundrobin()) {
      return new Client(address);
    }
    return clients.visit(address, nowNanos);
  }

  Policy policy() {
    return policy;
  }
}
