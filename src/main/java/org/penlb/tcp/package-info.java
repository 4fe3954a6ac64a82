/// Carrying TCP: a connection from accept to close.
///
///     TcpListener.onReady -> Connection.open -> service.remember -> Candidates
///       -> connectNext -> onConnected | onConnectFailed (-> connectNext: the only failover loop)
///       -> Flow.onReady -> Flow.pump (one per direction) -> Flow.finish (half-close) -> close
///
/// Everything a connection has belongs to one loop for its life; [org.penlb.tcp.ConnectionTable] is
/// the set of the connections of one service on one loop. [org.penlb.tcp.Admission] is the only thing
/// they share: it counts against `-x` and holds the listeners back when there is no room.
package org.penlb.tcp;
