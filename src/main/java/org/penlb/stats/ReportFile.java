package org.penlb.stats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.unix.Filesystem;

/// Puts a rendered report into a file such that a reader sees the old report or the new one, whole.
///
/// The report is written to a new file beside the old one, which then takes its name. There is no
/// fsync: after a crash of the machine a status report is of no use anyway.
///
/// A symbolic link is replaced, never written through: somebody who may create a link in the
/// directory must not choose what pen, perhaps as root, overwrites. A device or pipe, reached
/// through a link or not, is refused rather than replaced.
///
/// Owned by: immutable; may be called by several threads and processes at once, the last one wins.
public final class ReportFile {
  private static final AtomicLong count = new AtomicLong();

  private ReportFile() {}

  /// Finds out at start what would make [#write] fail every time.
  ///
  /// @throws IOException as `write` would
  public static void check(Path file) throws IOException {
    var target = file.toAbsolutePath();
    refuseSpecial(target, file);
    if (!Files.isDirectory(target.getParent())) {
      throw new IOException("cannot write the report " + file + ": no such directory");
    }
    if (!Files.isWritable(target.getParent())) {
      throw new IOException("cannot write the report " + file + ": permission denied");
    }
  }

  private static void refuseSpecial(Path target, Path file) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException("cannot write the report " + file + ": not a regular file");
    }
  }

  /// Writes `report` in UTF-8. The file keeps its permissions and, where pen may set it, its group;
  /// a new one is readable by all as far as the umask lets it.
  ///
  /// @throws IOException names the file and says what is wrong; the old report is still there
  public static void write(Path file, String report) throws IOException {
    var target = file.toAbsolutePath();
    refuseSpecial(target, file);
    // Unique among threads and running processes; what a killed process left is not in the way.
    var unique =
        ProcessHandle.current().pid() + "-" + System.nanoTime() + "-" + count.getAndIncrement();
    var temporary = target.resolveSibling(".pen-" + unique + ".tmp");
    try {
      replace(target, temporary, report);
    } catch (IOException e) {
      var failure =
          new IOException("cannot write the report " + file + ": " + Filesystem.reason(e), e);
      discard(temporary, failure);
      throw failure;
    }
  }

  private static void replace(Path target, Path temporary, String report) throws IOException {
    var old = attributes(target);
    // Closed to others until it has the old one's permissions: those may be just as narrow.
    var permissions = PosixFilePermissions.fromString(old == null ? "rw-r--r--" : "rw-------");
    var attribute = PosixFilePermissions.asFileAttribute(permissions);
    try (var channel = Files.newByteChannel(temporary, EnumSet.of(CREATE_NEW, WRITE), attribute)) {
      if (old != null) {
        keep(old, temporary);
      }
      for (var bytes = ByteBuffer.wrap(report.getBytes(UTF_8)); bytes.hasRemaining(); ) {
        channel.write(bytes);
      }
    }
    Files.move(temporary, target, ATOMIC_MOVE);
  }

  /// Of the report that is there; null when there is none, or a link in its place.
  private static PosixFileAttributes attributes(Path target) throws IOException {
    try {
      var old = Files.readAttributes(target, PosixFileAttributes.class, NOFOLLOW_LINKS);
      return old.isRegularFile() ? old : null;
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  private static void keep(PosixFileAttributes old, Path temporary) throws IOException {
    var view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
    if (!view.readAttributes().group().equals(old.group())) {
      try {
        view.setGroup(old.group());
      } catch (FileSystemException _) {
        // Only root may give a file to a group that it is not in.
      }
    }
    view.setPermissions(old.permissions());
  }

  private static void discard(Path temporary, IOException failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
