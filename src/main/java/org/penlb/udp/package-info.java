/// Carrying UDP: a session from its first datagram to its end.
///
///     UdpListener.onReady -> SessionTable.find, or begin for a client who has no session
///       -> service.remember -> Session.toServer -> chooseServer (the only failover loop) -> send
///     Session.onReady -> ReplyBatch.receive -> ReplyBatch.flush, at the end of the turn of the loop
///
/// A session is who talks to whom: a client's address and port, and the local address and port it
/// sent to, from which it is answered. It has a socket of its own to its server, and belongs to one
/// loop for its life. [org.penlb.udp.SessionTable] has the sessions of one service on one loop, and
/// ends those that are over or have to make room; [org.penlb.udp.Sessions] counts those of all loops
/// against `-x`.
///
/// NIO receives one datagram a call, makes an object of each sender, and cannot say or choose the
/// local address; and to make and close a channel of its takes 5 system calls instead of 2. So NIO's part is to select, and [org.penlb.unix.Datagrams] carries datagrams: as many as
/// wait with one call, out of the buffer that they were received into. Sockets to servers, one for
/// each session, come from [org.penlb.unix.DatagramSockets].
///
/// Sockets to servers are not connected, as the kernel would then turn away, unseen, what comes from
/// elsewhere, for example from a server that answers from another of its addresses. Each datagram is
/// held against its server's address instead, and what is not the server's is dropped, counted and
/// said. A socket that gets many such datagrams is connected after all.
package org.penlb.udp;
