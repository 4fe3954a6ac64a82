/// Who a client is, where it went last, and where it goes now.
///
/// [org.penlb.balance.ClientTable] remembers clients, [org.penlb.balance.ServerTable] holds the
/// servers by slot, [org.penlb.balance.Pins] what the administrator decided for single clients,
/// [org.penlb.balance.Policy] names the first server for a client without one, and
/// [org.penlb.balance.Candidates] walks from there through the servers until one takes the
/// connection. A server gives each its [org.penlb.balance.Verdict]. [org.penlb.balance.Service]
/// ties them together in one [org.penlb.balance.Basis], which is replaced as a whole.
///
/// A [org.penlb.balance.DryRun] walks the same way without leaving a trace, and says in an
/// [org.penlb.balance.Explanation] where a client would go and why.
///
/// The room has no sockets, threads or clock: a choice is a function of the tables and of the time
/// passed in (nanoseconds on the monotonic clock).
package org.penlb.balance;
