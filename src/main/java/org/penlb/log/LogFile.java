package org.penlb.log;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.penlb.unix.Filesystem;
import org.penlb.unix.LineFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file that lines are appended to, many at a time.
///
/// Owned by: shared (only the writer thread of the request log calls it).
final class LogFile implements LogTarget {
  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
  private static final int BATCH = 64 * 1024;

  private final String name;
  private final LineFile file;

  /// @param visible the name by which a file can be reached at the time
  static LogFile open(Path file, UnaryOperator<Path> visible, Losses losses) throws IOException {
    return new LogFile(file.toString(), () -> LineFile.append(visible.apply(file)), BATCH, losses);
  }

  LogFile(String name, LineFile.Opener opener, int batch, Losses losses) throws IOException {
    assert batch >= 2 * LogLine.MAX_LINE;
    this.name = name;
    file = new LineFile(() -> open(opener), batch, losses::lost);
  }

  private WritableByteChannel open(LineFile.Opener opener) throws IOException {
    try {
      return opener.open();
    } catch (IOException e) {
      throw new IOException("cannot open request log " + name + ": " + Filesystem.reason(e), e);
    }
  }

  @Override
  public void add(byte[] line) {
    file.room(line.length).put(line);
  }

  @Override
  public void flush() {
    file.flush();
  }

  @Override
  public void reopen() {
    try {
      file.reopen();
    } catch (IOException e) {
      LOG.error("{}; the old file stays in use", e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.warn("request log {}: close failed: {}", name, Filesystem.reason(e));
    }
  }
}
