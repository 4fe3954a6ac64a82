package org.penlb.balance;

import org.penlb.acl.ClientAddress;

/// The servers to try for one connection, one after the other.
///
/// Owned by: the loop of the connection. It works on the settings, servers and access lists as they
/// were when the choice began.
///
/// The order: the server that the client is pinned to, or that it used last, or the one the policy
/// names; unless stubborn every other slot after it, wrapping round; then the emergency server. A
/// client that the access list denies is offered the abuse server only.
///
/// [#next] takes a place at the first that can have the connection; a [DryRun] walks the same way
/// and only looks.
public final class Candidates {
  private final Basis basis;
  private final Policy policy;
  private final Client client;
  private final ClientAddress address;
  private final int port;
  private final boolean denied;

  /// The client's server when the choice began, and its slot, -1 if that does not count.
  private final Server before;

  private final int own;

  private Server current;
  private Reason reason;
  private int slot = -1;
  private int tried;
  private boolean specialTried;

  /// Why the client leaves its server, should another take the connection.
  private Departure left;

  /// @param client from [Service#admit]
  /// @param address the client's, the whole of it
  /// @param port the client's
  public Candidates(Service service, Client client, ClientAddress address, int port) {
    this(service.basis(), service.policy(), client, address, port);
  }

  Candidates(Basis basis, Policy policy, Client client, ClientAddress address, int port) {
    this.basis = basis;
    this.policy = policy;
    this.client = client;
    this.address = address;
    this.port = port;
    this.denied = basis.denies(address);
    this.before = client.server();
    this.own = basis.settings().roundrobin() ? -1 : basis.servers().slotFor(before);
  }

  /// Whether the access list denies the client, so that there is the abuse server at most.
  public boolean isDenied() {
    return denied;
  }

  /// Why the server that [#next] returned last was chosen.
  public Reason reason() {
    return reason;
  }

  /// The next server that can take the connection, which it has been counted at; the caller
  /// releases it. Null if there is none left.
  public Server next(long nowNanos) {
    while (advance(nowNanos, null)) {
      var verdict = verdict(nowNanos);
      if (verdict == Verdict.TAKES && !current.tryAcquire(isOwn())) {
        verdict = Verdict.FULL; // another connection was faster
      }
      if (tried == 1 && isOwn()) {
        left = Departure.of(verdict);
      }
      if (verdict == Verdict.TAKES) {
        return current;
      }
    }
    return null;
  }

  /// The server that [#next] returned last has taken the connection; it is the client's from now
  /// on.
  public void taken(long nowNanos) {
    client.remember(current, reason, before, left, nowNanos);
  }

  // ---- steps ----------------------------------------------------------------------------------

  /// Goes on to the server that is to be tried next; returns false if there is none.
  ///
  /// @param preview null if it is in earnest
  boolean advance(long nowNanos, Preview preview) {
    var settings = basis.settings();
    var servers = basis.servers();
    int most = denied ? 0 : settings.stubborn() ? Math.min(1, servers.size()) : servers.size();
    if (tried < most) {
      if (tried++ == 0) {
        chooseFirst(nowNanos, preview);
      } else {
        slot = (slot + 1) % servers.size();
        reason = Reason.FAILOVER;
      }
      current = servers.server(slot);
      return true;
    }
    if (denied) {
      return advanceTo(servers.abuse(), Reason.ABUSE);
    }
    return !settings.stubborn() && advanceTo(servers.emergency(), Reason.EMERGENCY);
  }

  private boolean advanceTo(Server special, Reason why) {
    if (specialTried || special == null) {
      return false;
    }
    specialTried = true;
    current = special;
    reason = why;
    return true;
  }

  private void chooseFirst(long nowNanos, Preview preview) {
    var pin = basis.pins().find(client.address(), nowNanos);
    if (pin != null && basis.servers().isInUse(pin.slot())) {
      slot = pin.slot();
      reason = Reason.PINNED;
      left = Departure.PINNED;
    } else if (own >= 0) {
      slot = own;
      reason = Reason.RETURNING;
    } else {
      slot =
          policy.first(
              basis.settings(), basis.servers(), client.address(), port, nowNanos, preview);
      reason = Reason.NEW;
      left = Departure.REMOVED;
    }
  }

  /// What the server that [#advance] has come to would do.
  Verdict verdict(long nowNanos) {
    var state = current.verdict(isOwn() || reason == Reason.PINNED, nowNanos);
    if (state != Verdict.TAKES) {
      return state;
    }
    // The emergency and the abuse server have no list of their own: who comes there was checked.
    if (current.isRegular() && !basis.lists().permits(current.spec().acl(), address)) {
      return Verdict.DENIED;
    }
    return current.hasRoom(isOwn()) ? Verdict.TAKES : Verdict.FULL;
  }

  Server current() {
    return current;
  }

  /// Whether it is the client's own, which lets it in up to the hard limit.
  boolean isOwn() {
    return own >= 0 && current.slot() == own;
  }
}
