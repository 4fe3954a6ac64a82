package org.penlb.balance;

import java.time.Duration;
import java.util.List;
import org.penlb.acl.ClientAddress;

/// Where a connection of one client would go at one moment, and why.
///
/// Owned by: immutable. Durations look back or forward from that moment.
///
/// @param address as it was asked about
/// @param key what the client is known by; the same unless prefixes make clients
/// @param access what the access list of clients says
/// @param tracked without `-r`
/// @param pin null if it is not pinned
/// @param known what the client table has; null if it does not know the client, or with `-r`
/// @param chooser who names the server to try first; null if none is tried but the special ones
/// @param possible the slots that the chooser could name: more than one if it cannot be foretold
/// @param steps the servers in the order in which they are tried, each with its verdict as if those
///   before it had failed; if it cannot be foretold, for one of the possible choices
/// @param outcomes where it would go if no connect fails: more than one if it cannot be foretold
public record Explanation(
    ClientAddress address,
    ClientAddress key,
    Access access,
    boolean tracked,
    Pinned pin,
    Known known,
    Chooser chooser,
    List<Integer> possible,
    List<Step> steps,
    List<Outcome> outcomes) {

  /// Who names the server that is tried first.
  public enum Chooser {
    PIN,
    /// It is the one that the client used last.
    OWN,
    PRIO,
    WEIGHT,
    /// Cannot be foretold where it counts the port (`-r`) and that is not known.
    HASH,
    LEASTCONN,
    /// Cannot be foretold.
    RANDOM,
    /// The next in turn.
    ROUNDROBIN
  }

  /// What an access list says about the client.
  ///
  /// @param list from 0 to 9
  /// @param rule index of the entry that decides; -1 if none matches
  /// @param entry as it is written; empty if none matches
  public record Access(int list, boolean permitted, int rule, String entry) {}

  /// The client's pin.
  ///
  /// @param isVoid there is nothing in the slot: the pin does not count
  /// @param left null: for ever
  public record Pinned(int slot, boolean isVoid, Duration left) {}

  /// What the client table has on the client.
  ///
  /// @param lastVisit how long ago its last connection began
  /// @param reason why that went where it went; null if it has not been made
  /// @param own the server it used last; null before the first
  /// @param stays before that, the latest first; at most [Client#STAYS]
  public record Known(
      Duration lastVisit, long connects, Reason reason, Own own, List<PastStay> stays) {}

  /// The client's own server.
  ///
  /// @param counts it is still there; otherwise the client is as one without a server
  /// @param since how long ago the client came there
  public record Own(int slot, String server, boolean counts, Duration since) {}

  /// A time at another server.
  ///
  /// @param from how long ago the client came to that server
  /// @param until how long ago it left
  /// @param why it left
  public record PastStay(int slot, String server, Duration from, Duration until, Departure why) {}

  /// One server that is tried.
  ///
  /// @param slot [Server#NO_SLOT] of the emergency and the abuse server: see `reason`
  /// @param server host and port
  /// @param reason why it is this one's turn
  /// @param own it is the client's own
  /// @param blacklistedFor time left; zero if it is not blacklisted
  /// @param drained whether the administrator drains it
  /// @param drainLeft how long its own clients keep coming; null: for ever; zero: not any more
  /// @param limit of the connections for this client; 0 is unlimited
  /// @param access what the server's access list says; null if it has none
  public record Step(
      int slot,
      String server,
      Reason reason,
      Verdict verdict,
      boolean own,
      Duration blacklistedFor,
      boolean drained,
      Duration drainLeft,
      int connections,
      int limit,
      Access access) {}

  /// Where the connection would go.
  ///
  /// @param slot [Server#NO_SLOT] of the emergency and the abuse server
  /// @param server host and port; empty if the connection is closed
  /// @param reason null if the connection is closed, as no server can take it
  public record Outcome(int slot, String server, Reason reason) {
    static final Outcome CLOSED = new Outcome(Server.NO_SLOT, "", null);

    public boolean isClosed() {
      return reason == null;
    }
  }
}
