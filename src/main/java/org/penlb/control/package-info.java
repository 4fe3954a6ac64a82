/// The control channel: a running pen is asked and told things, by `penctl` mostly.
///
/// A client connects to the listener (`-C`), sends one command line, and reads the reply to its end:
///
///     client                                    pen
///       connect ---------------------------------->  control_acl (TCP only)
///       "servers\n" ------------------------------>  at most 4096 bytes, whole within 10 s
///       <------------ "0 addr 192.0.2.1 port 80 ...\n"
///       <------------ end of the stream
///
/// The line is UTF-8 without control characters but tabs. It ends with a line feed, with or without
/// a carriage return before it, or with the end of the stream; what comes behind it is forgotten. A
/// reply may be empty. One that begins with `error: ` says in one line what was wrong, and that
/// nothing was done. A reply that is cut short ends with a reset, on TCP.
///
/// There is no password. A listener on TCP is for whom its address and the control_acl let in; one
/// on a Unix socket is its owner's alone (mode 0600). A bare port is one on 127.0.0.1.
///
///     ControlListener.open     binds the socket (ControlSocket)
///     ControlListener.start -> ControlSessions.onReady   accepts
///       -> ControlSession      ControlLine in, Interpreter, reply out
///
/// All sockets belong to one [org.penlb.loop.EventLoop] named "control", which does nothing while
/// nobody is there; commands are executed one after the other on one thread named "commands". So
/// neither a slow client nor a slow command holds up traffic or other clients' bytes. There are at
/// most 32 clients. One more displaces whoever has been there for longest without a whole line, or
/// takes longer than 10 s to read its reply; if there is no such client, it waits.
package org.penlb.control;
