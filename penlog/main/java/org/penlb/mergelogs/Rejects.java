package org.penlb.mergelogs;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import org.penlb.unix.Filesystem;

/// Where the lines go that could not be read (`--rejects`); without a file, nowhere.
///
/// Owned by: the main thread.
final class Rejects implements AutoCloseable {
  private final String file;
  private final OutputStream out;
  private String trouble;

  private Rejects(String file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  static Rejects none() {
    return new Rejects("", OutputStream.nullOutputStream());
  }

  /// @throws IOException naming the file
  static Rejects to(String file) throws IOException {
    try {
      return new Rejects(
          file, new BufferedOutputStream(Files.newOutputStream(LogInput.path(file))));
    } catch (IOException e) {
      throw new IOException("cannot write " + file + ": " + Filesystem.reason(e), e);
    }
  }

  void part(byte[] bytes, int from, int to) {
    try {
      out.write(bytes, from, to - from);
    } catch (IOException e) {
      failed(e);
    }
  }

  void endLine() {
    try {
      out.write('\n');
    } catch (IOException e) {
      failed(e);
    }
  }

  private void failed(IOException e) {
    if (trouble == null) {
      trouble = "cannot write " + file + ": " + Filesystem.reason(e);
    }
  }

  /// @throws IOException if not all of them are in the file
  @Override
  public void close() throws IOException {
    try {
      out.close();
    } catch (IOException e) {
      failed(e);
    }
    if (trouble != null) {
      throw new IOException(trouble);
    }
  }
}
