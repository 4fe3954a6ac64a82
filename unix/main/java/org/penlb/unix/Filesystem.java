package org.penlb.unix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Owned by: shared (the process has one root directory and one mask; set them at start).
///
/// What the process sees of the file system and how it creates files.
public final class Filesystem {
  /// As it was called before it became the root; null as long as there was no chroot.
  private static volatile Path root;

  private Filesystem() {}

  /// Makes a directory the root directory and the working directory, for good. Needs root.
  ///
  /// Everything that opens files later has to be loaded before: classes that are not in a jar
  /// already open, time zones, name resolution, SecureRandom, TLS. Java keeps the old working
  /// directory in `user.dir`: use absolute paths only from here on.
  ///
  /// @throws IOException "cannot change root to /x: Operation not permitted"; if that says "enter",
  ///   the root has changed, and the process should end
  public static void chroot(Path directory) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var path = Posix.text(arena, directory.toAbsolutePath().toString());
      require(Posix.call("chroot", path), "change root to", directory);
      // Otherwise the working directory stays outside, and ".." leads on from there.
      require(Posix.call("chdir", Posix.text(arena, "/")), "enter", directory);
    }
    root = directory.toAbsolutePath().normalize();
  }

  /// The name by which a file can be reached now. After a chroot a file below the new root may be
  /// named as from outside, or, like all others, as from inside.
  public static Path visible(Path file) {
    if (root == null) {
      return file;
    }
    // Java goes on with the working directory of before, which is right for a name of before.
    var absolute = file.toAbsolutePath().normalize();
    return Path.of("/").resolve(absolute.startsWith(root) ? root.relativize(absolute) : file);
  }

  private static void require(int result, String what, Path directory) throws IOException {
    if (result < 0) {
      throw new IOException("cannot " + what + " " + directory + ": " + Posix.message(-result));
    }
  }

  /// Sets which permission bits new files do not get; returns the previous mask. Other threads'
  /// files are affected too: restore it soon, or set it once.
  public static int umask(int mask) {
    return Posix.call("umask", mask);
  }

  /// Why a file could not be used, in words: the messages of most of the JDK's exceptions are
  /// nothing but the file's name.
  public static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such directory";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
