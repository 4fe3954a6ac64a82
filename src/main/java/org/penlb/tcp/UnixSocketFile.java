package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.penlb.unix.Filesystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The name of a listening Unix socket in the file system, which outlives the socket unless
/// somebody removes it.
///
/// Owned by: immutable.
///
/// @param key of the file that the path named when it was ours
public record UnixSocketFile(Path path, Object key) {
  private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

  /// Of a socket that has just been bound to a path.
  public static UnixSocketFile of(Path path) throws IOException {
    return new UnixSocketFile(path, key(path));
  }

  private static Object key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /// Removes it, also behind a chroot, unless it is somebody else's by now: a pen that took over
  /// has its own socket at the path, which is to stay.
  public void remove() {
    var visible = Filesystem.visible(path);
    try {
      if (key.equals(key(visible))) {
        Files.delete(visible);
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", visible, e.toString());
    }
  }

  public static boolean isSocket(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) >> 12 == 0xC;
  }

  /// Removes what a pen that did not end properly has left.
  static void removeStale(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (isAnswered(path)) {
        throw new BindException("Address already in use");
      }
      Files.delete(path);
    }
  }

  private static boolean isAnswered(Path path) {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false); // where the backlog is full it would wait
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) { // refused: nobody listens
      return false;
    } catch (IOException e) { // the backlog is full, or it is a datagram socket, or not ours to ask
      return true;
    }
  }
}
