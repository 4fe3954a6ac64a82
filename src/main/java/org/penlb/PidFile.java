package org.penlb;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.penlb.unix.Filesystem;
import org.slf4j.LoggerFactory;

/// The file that `-p` names, with this process's id and a line feed.
///
/// Owned by: immutable.
///
/// @param file null for none
record PidFile(Path file) {
  private static final String LINE = ProcessHandle.current().pid() + "\n";

  /// Writes it, over what another pen may have left.
  void write() throws IOException {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, LINE);
    } catch (IOException e) {
      throw new IOException("cannot write the pid file " + file + ": " + reason(e), e);
    }
  }

  /// The messages of most file exceptions are nothing but the file's name.
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such directory";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /// Removes it, unless a pen that took over has written its own id there.
  void remove() {
    if (file == null) {
      return;
    }
    var visible = Filesystem.visible(file);
    try {
      if (Files.isRegularFile(visible) && Files.readString(visible).equals(LINE)) {
        Files.delete(visible);
      }
    } catch (IOException e) {
      LoggerFactory.getLogger(PidFile.class)
          .debug("cannot remove the pid file {}: {}", file, e.toString());
    }
  }
}
