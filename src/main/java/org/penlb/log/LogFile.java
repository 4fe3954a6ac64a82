package org.penlb.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.penlb.unix.Filesystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file that lines are appended to, many at a time.
///
/// Owned by: shared (only the writer thread of the request log calls it). After an error the lines
/// that wait are lost, except the rest of a line whose beginning is in the file already: it goes
/// first when writing works again, so that every line in the file is whole.
final class LogFile implements LogTarget {
  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
  private static final int BATCH = 64 * 1024;

  /// Opens the file, or a new one of its name.
  @FunctionalInterface
  interface Opener {
    WritableByteChannel open() throws IOException;
  }

  private final String name;
  private final Opener opener;
  private final Losses losses;
  private final ByteBuffer waiting;
  private WritableByteChannel channel;
  private boolean midLine;

  /// @param visible the name by which a file can be reached at the time
  static LogFile open(Path file, UnaryOperator<Path> visible, Losses losses) throws IOException {
    return new LogFile(file.toString(), () -> append(visible.apply(file)), BATCH, losses);
  }

  LogFile(String name, Opener opener, int batch, Losses losses) throws IOException {
    assert batch >= 2 * LogLine.MAX_LINE;
    this.name = name;
    this.opener = opener;
    this.losses = losses;
    waiting = ByteBuffer.allocateDirect(batch);
    channel = open();
  }

  private static WritableByteChannel append(Path file) throws IOException {
    // The umask may take more away.
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode);
  }

  private WritableByteChannel open() throws IOException {
    try {
      return opener.open();
    } catch (IOException e) {
      throw new IOException("cannot open request log " + name + ": " + Filesystem.reason(e), e);
    }
  }

  @Override
  public void add(byte[] line) {
    if (waiting.remaining() < line.length) {
      flush();
    }
    waiting.put(line);
  }

  @Override
  public void flush() {
    waiting.flip();
    try {
      while (waiting.hasRemaining()) {
        channel.write(waiting);
      }
      midLine = false;
      waiting.clear();
    } catch (IOException e) {
      giveUp(Filesystem.reason(e));
    }
  }

  private void giveUp(String why) {
    int from = waiting.position();
    if (from > 0) {
      midLine = waiting.get(from - 1) != '\n';
    }
    int keep = midLine ? lineEnd(from) : from;
    losses.lost(lines(keep), why);
    waiting.limit(keep).compact();
  }

  private int lineEnd(int from) {
    int i = from;
    while (waiting.get(i) != '\n') {
      i++;
    }
    return i + 1;
  }

  private int lines(int from) {
    int lines = 0;
    for (int i = from; i < waiting.limit(); i++) {
      lines += waiting.get(i) == '\n' ? 1 : 0;
    }
    return lines;
  }

  @Override
  public void reopen() {
    flush();
    try {
      WritableByteChannel next = open();
      close();
      channel = next;
    } catch (IOException e) {
      LOG.error("{}; the old file stays in use", e.getMessage());
    }
  }

  @Override
  public void close() {
    if (waiting.position() > 0) {
      losses.lost(1, "its beginning is in the old file");
      waiting.clear();
      midLine = false;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("request log {}: close failed: {}", name, Filesystem.reason(e));
    }
  }
}
