/// What pen writes down: diagnostics for the administrator, and the request log (`-l`).
///
/// [org.penlb.log.Diagnostics] sets up what stands behind SLF4J: one line per event, on stderr or
/// to syslog. [org.penlb.log.RequestLog] takes a line per request from the event loops and hands
/// them to a thread of its own that writes them to a file or sends them to penlogd. Neither lets
/// bytes from outside forge a line.
package org.penlb.log;
