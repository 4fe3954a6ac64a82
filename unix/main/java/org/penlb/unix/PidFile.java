package org.penlb.unix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file that `-p` names, with this process's id and a line feed.
///
/// Owned by: immutable.
///
/// @param file null for none
public record PidFile(Path file) {
  private static final String LINE = ProcessHandle.current().pid() + "\n";

  /// Writes it, over what another process may have left.
  public void write() throws IOException {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, LINE);
    } catch (IOException e) {
      throw new IOException("cannot write the pid file " + file + ": " + Filesystem.reason(e), e);
    }
  }

  /// Removes it, unless a process that took over has written its own id there.
  public void remove() {
    if (file == null) {
      return;
    }
    var visible = Filesystem.visible(file);
    try {
      if (Files.isRegularFile(visible) && Files.readString(visible).equals(LINE)) {
        Files.delete(visible);
      }
    } catch (IOException _) {
      // It stays, and says a process that has ended: who reads it has to reckon with that anyway.
    }
  }
}
