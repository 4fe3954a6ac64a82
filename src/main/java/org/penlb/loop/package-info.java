/// The event loop: readiness, tasks from other threads, deadlines, buffers, time.
///
/// An [org.penlb.loop.EventLoop] is one thread with one selector. Whatever is registered with it is
/// called on that thread only, so the rooms above need no locks. Other threads hand it tasks with
/// [org.penlb.loop.EventLoop#execute]. [org.penlb.loop.StreamSockets] says whose sockets a loop's
/// connections are made of: the JDK's, or on Linux ones that ask less of the kernel; both go to the
/// same selector. The room knows nothing of clients and servers.
package org.penlb.loop;
