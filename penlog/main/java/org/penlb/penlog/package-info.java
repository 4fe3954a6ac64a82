/// The log tools of web servers behind pen: the lines that they read, and the commands penlog and
/// penlogd.
///
/// A web server behind pen sees pen as its client, and pen sees the clients of all servers. penlog
/// sends what one server logs, line by line, as datagrams to a penlogd; pen sends its request log
/// there, too; and penlogd writes one log, with the true clients.
///
///     web server -> penlog --+
///                            +--> penlogd -> access_log
///     pen -l host:port ------+
///
/// [PenLine] and [WebLine] are the two formats, [RequestText] is what they have in common and
/// [Address] tells which server a line is about; `org.penlb.mergelogs` reads the same lines from
/// files.
package org.penlb.penlog;
