package org.penlb.unix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicLong;

/// A text file that is replaced as a whole: a reader sees the old text or the new one.
///
/// The text is written to a new file beside the old one, which then takes its name.
///
/// A symbolic link is replaced, never written through: somebody who may create a link in the
/// directory must not choose what pen, perhaps as root, overwrites. A device or pipe, reached
/// through a link or not, is refused rather than replaced.
///
/// Owned by: immutable; may be written by several threads and processes at once, the last one wins.
///
/// @param what it is, for messages: `report`
/// @param durable it is on the disk before it takes the name, so that a crash of the machine leaves
///   the old text or the new one, too
public record WholeFile(Path file, String what, boolean durable) {
  private static final AtomicLong count = new AtomicLong();

  /// For what is of no use any more after a crash of the machine.
  public static WholeFile volatileOne(Path file, String what) {
    return new WholeFile(file, what, false);
  }

  public static WholeFile durable(Path file, String what) {
    return new WholeFile(file, what, true);
  }

  /// Finds out at start what would make [#write] fail every time.
  ///
  /// @throws IOException as `write` would
  public void check() throws IOException {
    var target = file.toAbsolutePath();
    refuseSpecial(target);
    if (!Files.isDirectory(target.getParent())) {
      throw cannot("no such directory", null);
    }
    if (!Files.isWritable(target.getParent())) {
      throw cannot("permission denied", null);
    }
  }

  private IOException cannot(String reason, IOException cause) {
    return new IOException("cannot write the " + what + " " + file + ": " + reason, cause);
  }

  private void refuseSpecial(Path target) throws IOException {
    boolean regular;
    try {
      regular = Files.readAttributes(target, BasicFileAttributes.class).isRegularFile();
    } catch (NoSuchFileException _) {
      return; // a new one, or a link to nothing
    } catch (IOException e) { // a name too long, for example
      throw cannot(Filesystem.reason(e), e);
    }
    if (!regular) {
      throw cannot("not a regular file", null);
    }
  }

  /// Writes `text` in UTF-8. The file keeps its permissions and, where pen may set it, its group; a
  /// new one is readable by all as far as the umask lets it.
  ///
  /// @throws IOException names the file and says what is wrong; the old text is still there
  public void write(String text) throws IOException {
    var target = file.toAbsolutePath();
    refuseSpecial(target);
    // Unique among threads and running processes; what a killed process left is not in the way.
    var unique =
        ProcessHandle.current().pid() + "-" + System.nanoTime() + "-" + count.getAndIncrement();
    var temporary = target.resolveSibling(".pen-" + unique + ".tmp");
    try {
      replace(target, temporary, text);
    } catch (IOException e) {
      var failure = cannot(Filesystem.reason(e), e);
      discard(temporary, failure);
      throw failure;
    }
  }

  private void replace(Path target, Path temporary, String text) throws IOException {
    var old = attributes(target);
    // Closed to others until it has the old one's permissions: those may be just as narrow.
    var permissions = PosixFilePermissions.fromString(old == null ? "rw-r--r--" : "rw-------");
    var attribute = PosixFilePermissions.asFileAttribute(permissions);
    try (var channel = FileChannel.open(temporary, EnumSet.of(CREATE_NEW, WRITE), attribute)) {
      if (old != null) {
        keep(old, temporary);
      }
      for (var bytes = ByteBuffer.wrap(text.getBytes(UTF_8)); bytes.hasRemaining(); ) {
        channel.write(bytes);
      }
      if (durable) {
        channel.force(true);
      }
    }
    Files.move(temporary, target, ATOMIC_MOVE);
    if (durable) {
      try (var directory = FileChannel.open(target.getParent(), READ)) {
        directory.force(true); // its new entry
      }
    }
  }

  /// Of the file that is there; null when there is none, or a link in its place.
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
