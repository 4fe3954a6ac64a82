/// The command mergelogs: what penlogd does, from files.
///
///     pen -l FILE ---> PenLog ----- Request: who has asked for it, and when --+
///                                                                             v
///     access_log ----> WebLog --+                                           Merge ---> MergedLog
///     access_log ----> WebLog --+-- by time, a Second at a time ------------->
///
/// [Merge] takes the earliest second of all web logs. [PenLog] reads so far ahead of it that each
/// client who may have sent these requests is known, and forgets those who come too late for any.
/// So memory holds a window of time, however long the logs are. There is one thread.
package org.penlb.mergelogs;
