package org.penlb.balance;

import java.net.InetSocketAddress;
import java.util.List;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;

/// What one loop carries of one service: its connections, or its sessions.
///
/// Owned by: loop, but for what is said to be for any thread.
public interface Traffic {
  /// Connections of the service on all loops; from any thread.
  int liveOnAllLoops();

  /// Idle connections to servers on all loops; from any thread.
  int idleOnAllLoops();

  /// The settings or the servers of the service have been replaced, or it begins. Whatever looks at
  /// them when it happens needs no word of it; this is for what would wait for something else to
  /// happen.
  void settingsChanged();

  /// Brings the counts of servers and clients up to date and describes at most `most` connections.
  List<Snapshot.Connection> snapshot(int most);

  /// The connection of this number, in detail; null if it is not on this loop.
  Snapshot.Details details(long number);

  /// The connection that has a socket of this descriptor; null if none of this loop has.
  Snapshot.Details ownerOf(int descriptor);

  /// The connection that reaches its server from this address and port of pen; null if none of this
  /// loop does.
  Snapshot.Details from(InetSocketAddress local);

  /// Returns whether there was a connection of this number on this loop.
  boolean close(long number, CloseCause cause);

  /// Ends what there is: the connections, and listeners that have been retired but not closed yet.
  void closeAll(CloseCause cause);
}
