/// What pen tells about itself: the status report as an HTML page and as text.
///
/// A report takes two steps, so that no traffic waits for one:
///
/// 1. The balancer copies what is to be shown into a {@link org.penlb.stats.Snapshot}, a tree of
///    records. It bounds the lists of clients and connections; the counts beside them say how many
///    there are, and a report whose list is shorter than its count says so.
/// 2. Any thread renders the snapshot: {@link org.penlb.stats.HtmlReport} for the file of `-w`
///    and the control command `status`, {@link org.penlb.stats.TextReport} for stderr and syslog.
///
/// Rendering does no I/O, reads no clock and keeps no state: the same snapshot gives the same
/// report. Of pen's packages this one imports none but `unix`.
///
/// How the page is made:
///
///     HtmlReport      the page, a service's heading, health and figures
///     HtmlTables      servers, clients, connections, closes
///     HtmlBars        SVG bars by server, gauges
///     Stylesheet      the looks
///     Markup          elements and escaping
///     Wording         numbers, times and states in words, for the text report too
///
/// Names, addresses and states come from outside. In the page every string goes through `Markup`,
/// which has no way to add raw text; in the text report through `TextTable`, which leaves printable
/// ASCII only. So neither can carry a script, a forged log line or a terminal sequence.
package org.penlb.stats;
