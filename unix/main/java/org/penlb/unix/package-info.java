/// The few POSIX calls that the JDK lacks, through `java.lang.foreign`.
///
/// A load balancer that starts as root has to give up root, may lock itself into a directory, and
/// talks to syslog, to signals and to its terminal. Its event loops ask the kernel two questions
/// that NIO cannot ask: how many bytes the peer has not acknowledged yet, and whether a socket that
/// nobody is watching has been reset. Where NIO does more than is wanted, or one datagram at a
/// time, there are sockets of Linux's own calls. Nothing here knows what pen does, so that the
/// tools for web servers use it too.
///
/// | class | for | C functions |
/// | --- | --- | --- |
/// | [Account] | looking a user up, before a chroot hides them | getpwnam_r, getgrouplist |
/// | [Privileges] | becoming that user, and proving it | setgroups, setgid, setuid |
/// | [Filesystem] | the root directory and the file mode mask | chroot, umask |
/// | [PidFile], [WholeFile], [LineFile] | files of a daemon; no foreign call | - |
/// | [Syslog] | messages of a daemon | openlog, syslog |
/// | [Signals] | HUP, USR1, TERM, INT; no foreign call but `sun.misc.Signal` | - |
/// | [Terminal] | is this descriptor a terminal | isatty |
/// | [Sockets] | questions about a channel's socket; descriptor limit | ioctl, poll, getrlimit |
/// | [LinuxSockets] | channels for the JDK's selectors, of few calls | accept4, connect, recv, send |
/// | [DatagramSockets], [Datagrams] | UDP, many datagrams a call | recvmmsg, sendmmsg, setsockopt |
/// | [Background] | starting as a daemon, which a JVM cannot do by fork | setsid, dup2 |
///
/// ## Lazy binding
///
/// The first C function that a JVM binds costs some 50 ms, each new combination of argument types 3
/// to 4 ms more. A process that uses none of this must not pay: no class binds anything in its
/// static initialiser, and a method binds only what it calls. The calls made once bind on the spot,
/// in [Posix]; those of the event loops keep their handles in holder classes, which the methods
/// `available()` initialise, so that a loop never does. What a chroot would make impossible
/// (connecting, opening /dev/null) is done in a step of its own that belongs before it:
/// [Syslog#open], [Background#detach], [Account#find].
///
/// ## What the launch has to allow
///
/// `Enable-Native-Access: ALL-UNNAMED` and `Add-Exports: java.base/sun.nio.ch` in the manifest, or
/// the options `--enable-native-access` and `--add-exports`; the module `jdk.unsupported` for
/// signals. Without the export [Sockets] answers "nothing known" and all the rest works.
///
/// ## Systems
///
/// Tested on Linux with glibc. All constants that differ elsewhere stand beside their use. On a
/// system without a function the call throws [UnsupportedOperationException], naming it, except
/// where an honest neutral answer exists: [Sockets] and [Terminal] give that. macOS and the BSDs
/// should have all but the unacknowledged bytes (macOS) and the check of every single thread after
/// a change of user, which only Linux needs. On Windows nothing but signals.
package org.penlb.unix;
