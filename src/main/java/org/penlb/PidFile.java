package org.penlb;

import java.io.IOException;
import java.nio.file.Files;
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
      throw new IOException("cannot write the pid file " + file + ": " + Filesystem.reason(e), e);
    }
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
