/// Who a client is, where it went last, and where it goes now.
///
/// [org.penlb.balance.ClientTable] remembers clients, [org.penlb.balance.ServerTable] holds the
/// servers by slot, [org.penlb.balance.Policy] names the first server for a client without one, and
/// [org.penlb.balance.Candidates] walks from there through the servers until one takes the
/// connection. [org.penlb.balance.Service] ties them together with the settings in force.
///
/// The room has no sockets, threads or clock: a choice is a function of the tables and of the time
/// passed in (nanoseconds on the monotonic clock).
package org.penlb.balance;
