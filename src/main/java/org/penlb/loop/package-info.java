/// The event loop: readiness, tasks from other threads, deadlines, buffers, time.
///
/// An [org.penlb.loop.EventLoop] is one thread with one selector. Whatever is registered with it is
/// called on that thread only, so the rooms above need no locks. Other threads hand it tasks with
/// [org.penlb.loop.EventLoop#execute]. The room knows nothing of clients and servers.
package org.penlb.loop;
