package org.penlb.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A file that lines are appended to, many at a time.
///
/// Owned by: one thread. After an error the lines that wait are lost, except the rest of a line
/// whose beginning is in the file already: it goes first when writing works again, so that every
/// line in the file is whole.
public final class LineFile {

  /// Opens the file, or a new one of its name.
  @FunctionalInterface
  public interface Opener {
    WritableByteChannel open() throws IOException;
  }

  /// Is told of lines that were given up.
  @FunctionalInterface
  public interface Losses {
    void lost(long lines, String why);
  }

  private final Opener opener;
  private final Losses losses;
  private final ByteBuffer waiting;
  private WritableByteChannel channel;
  private boolean midLine;

  /// Opens the file.
  ///
  /// @param batch how many bytes may wait, twice the longest line at least
  public LineFile(Opener opener, int batch, Losses losses) throws IOException {
    this.opener = opener;
    this.losses = losses;
    waiting = ByteBuffer.allocateDirect(batch);
    channel = opener.open();
  }

  /// A file to append to, made if there is none; the umask may take more away.
  public static WritableByteChannel append(Path file) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
    return FileChannel.open(
        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), mode);
  }

  /// Where the next line goes, with its line feed.
  ///
  /// @param length of the line, all of which has to be put there
  public ByteBuffer room(int length) {
    if (waiting.remaining() < length) {
      flush();
    }
    return waiting;
  }

  /// Whether nothing waits: then a [#flush] proves nothing about the file.
  public boolean isEmpty() {
    return waiting.position() == 0;
  }

  /// Writes what waits.
  ///
  /// @return false if lines were lost
  public boolean flush() {
    waiting.flip();
    try {
      while (waiting.hasRemaining()) {
        channel.write(waiting);
      }
      midLine = false;
      waiting.clear();
      return true;
    } catch (IOException e) {
      giveUp(Filesystem.reason(e));
      return false;
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

  /// Writes what waits to the old file, and goes on in the one that has its name now.
  ///
  /// @throws IOException there is none: the old file stays in use
  public void reopen() throws IOException {
    flush();
    WritableByteChannel next = opener.open();
    try {
      close();
    } catch (IOException e) {
      losses.lost(0, Filesystem.reason(e));
    }
    channel = next;
  }

  /// Ends; what was not flushed is lost.
  ///
  /// @throws IOException what the system says at last; the file is closed nevertheless
  public void close() throws IOException {
    if (waiting.position() > 0) {
      losses.lost(1, "its beginning is in the old file");
      waiting.clear();
      midLine = false;
    }
    channel.close();
  }
}
