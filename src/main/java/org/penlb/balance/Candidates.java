package org.penlb.balance;

import org.penlb.acl.ClientAddress;
import org.penlb.config.Settings;

/// The servers to try for one connection, one after the other.
///
/// Owned by: the loop of the connection. It works on the settings and the servers as they were when
/// the choice began.
///
/// The order: the server that the client used last, or the one the policy names; unless stubborn
/// every other slot after it, wrapping round; then the emergency server. A client that the access
/// list denies is offered the abuse server only.
public final class Candidates {
  private final Service service;
  private final Settings settings;
  private final ServerTable servers;
  private final Client client;
  private final int port;
  private final boolean denied;

  private Reason reason;
  private int slot = -1;
  private int tried;
  private boolean specialTried;

  /// @param client whose server is tried first, unless clients are not tracked
  /// @param port the client's
  /// @param denied by the access list
  public Candidates(Service service, Client client, int port, boolean denied) {
    this.service = service;
    this.settings = service.settings();
    this.servers = service.servers();
    this.client = client;
    this.port = port;
    this.denied = denied;
  }

  /// Why the server that [#next] returned last was chosen.
  public Reason reason() {
    return reason;
  }

  /// The next server that can take the connection, which it has been counted at; the caller
  /// releases it. Null if there is none left.
  public Server next(long nowNanos) {
    if (denied) {
      return special(servers.abuse(), Reason.ABUSE, nowNanos);
    }
    boolean stubborn = settings.stubborn();
    while (tried < (stubborn ? Math.min(1, servers.size()) : servers.size())) {
      advance(nowNanos);
      var server = servers.server(slot);
      // Whoever used it last is let in up to the hard limit, even when the policy led there.
      if (server.isAvailable(nowNanos) && server.tryAcquire(client.server() == server)) {
        return server;
      }
    }
    return stubborn ? null : special(servers.emergency(), Reason.EMERGENCY, nowNanos);
  }

  private void advance(long nowNanos) {
    if (tried++ > 0) {
      slot = (slot + 1) % servers.size();
      reason = Reason.FAILOVER;
      return;
    }
    if (!settings.roundrobin() && servers.holds(client.server())) {
      slot = client.server().slot();
      reason = Reason.RETURNING;
    } else {
      slot = first(client.address(), nowNanos);
      reason = Reason.NEW;
    }
  }

  private int first(ClientAddress address, long nowNanos) {
    return service.policy().first(settings, servers, address, port, nowNanos);
  }

  private Server special(Server server, Reason why, long nowNanos) {
    if (specialTried || server == null) {
      return null;
    }
    specialTried = true;
    reason = why;
    return server.isAvailable(nowNanos) && server.tryAcquire(false) ? server : null;
  }
}
