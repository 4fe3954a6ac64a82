/// Carrying TCP: a connection from accept to close.
///
///     TcpListener.onReady -> Connection.open -> service.remember -> Candidates
///       -> Attempts.next (the only failover loop) -> Connection.onConnected
///       -> Flow.onReady -> Flow.pump (one per direction) -> Flow.finish (half-close) -> close
///
/// Everything a connection has belongs to one loop for its life; [org.penlb.tcp.ConnectionTable] is
/// the set of the connections of one service on one loop, and what pen asks and tells them while it
/// runs. Two things are shared by the loops of a service: [org.penlb.tcp.Admission] counts against
/// `-x` and `pending_max` and holds the listeners back when there is no room, and
/// [org.penlb.tcp.Idlers] spreads the idle connections over the servers.
///
/// What looks at the bytes on their way is a [org.penlb.tcp.Tap]; with `dummy` a client's bytes lead
/// back to it through one. Listeners come and go while clients do:
/// [org.penlb.tcp.ListeningSockets] opens sockets in place of others, [org.penlb.tcp.TcpListener]
/// leaves clients to them.
package org.penlb.tcp;
