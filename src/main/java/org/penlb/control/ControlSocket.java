package org.penlb.control;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.penlb.config.Endpoint;
import org.penlb.tcp.ListeningSockets;
import org.penlb.tcp.UnixSocketFile;
import org.penlb.unix.Filesystem;
import org.penlb.unix.Privileges;

/// Opens the socket of a control listener: shared with nobody, and a Unix one open to its owner
/// only.
final class ControlSocket {
  /// Clients that wait while [ControlSessions#CLIENTS_MAX] are served.
  private static final int BACKLOG = 64;

  /// Leaves nothing to group and others, and nothing to execute to anybody.
  private static final int PRIVATE_MASK = 0177;

  private ControlSocket() {}

  /// A bare port is one of this machine alone. Deviation from pen: there it is open to all.
  static Endpoint local(Endpoint endpoint) {
    return endpoint.isUnix() || endpoint.host() != null
        ? endpoint
        : new Endpoint("127.0.0.1", endpoint.port(), null);
  }

  /// @param takeover replace the Unix socket of a pen that runs; a port cannot be replaced
  /// @throws IOException with a message for the administrator
  static ServerSocketChannel open(Endpoint endpoint, boolean takeover) throws IOException {
    try {
      return endpoint.isUnix()
          ? openUnix(endpoint, takeover)
          : ListeningSockets.openExclusive(endpoint, BACKLOG);
    } catch (IOException | UnsupportedOperationException e) {
      throw new IOException(
          "cannot open the control listener on " + endpoint + ": " + e.getMessage(), e);
    }
  }

  /// Private from its first moment: with a change of mode afterwards there would be a time between.
  /// The mask is the whole process's, but at start there are no other threads that make files; one
  /// at a time, as each puts back what it found.
  private static synchronized ServerSocketChannel openUnix(Endpoint endpoint, boolean takeover)
      throws IOException {
    refuseOthers(endpoint.path());
    int mask = Filesystem.umask(PRIVATE_MASK);
    try {
      return takeover
          ? ListeningSockets.takeOver(endpoint.path(), BACKLOG)
          : ListeningSockets.openExclusive(endpoint, BACKLOG);
    } finally {
      Filesystem.umask(mask);
    }
  }

  /// What nobody answers at may be a leftover of ours, but not of another user.
  private static void refuseOthers(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && UnixSocketFile.isSocket(path)
        && owner(path) != Privileges.effectiveUser()) {
      throw new IOException("there is a socket of another user");
    }
  }

  private static long owner(Path path) throws IOException {
    var uid = (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return Integer.toUnsignedLong(uid);
  }
}
