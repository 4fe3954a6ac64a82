package org.penlb.penlog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Filesystem;
import org.penlb.unix.LineFile;

/// The log that penlogd writes: a file, or standard output.
///
/// Owned by: penlogd's thread. Trouble with the disk is told once, and once more when it is over.
final class MergedFile implements MergedLog {
  /// Four of the longest lines.
  private static final int BATCH = 4 * Datagrams.ROOM;

  private final Path path;
  private final Path standardOutput;
  private final boolean unbuffered;
  private final Counts counts;
  private final Words words;
  private final LineFile file;
  private boolean inTrouble;
  private boolean readerGone;

  /// Opens it.
  ///
  /// @param path null for standard output
  /// @param standardOutput by which name it can be opened; null: it is this process's own
  /// @param unbuffered whether each line is written at once
  MergedFile(Path path, Path standardOutput, boolean unbuffered, Counts counts, Words words)
      throws IOException {
    this.path = path;
    this.standardOutput = standardOutput;
    this.unbuffered = unbuffered;
    this.counts = counts;
    this.words = words;
    file = new LineFile(this::open, BATCH, this::onLoss);
  }

  private WritableByteChannel open() throws IOException {
    if (path == null) {
      return standardOutput();
    }
    try {
      return LineFile.append(Filesystem.visible(path));
    } catch (IOException e) {
      throw new IOException("cannot open the log " + path + ": " + Filesystem.reason(e), e);
    }
  }

  private WritableByteChannel standardOutput() throws IOException {
    if (standardOutput == null) {
      return new FileOutputStream(FileDescriptor.out).getChannel();
    }
    try {
      return FileChannel.open(standardOutput, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new IOException("cannot write to standard output in the background, use -l or -f", e);
    }
  }

  private void onLoss(long lines, String why) {
    counts.lost += lines;
    readerGone |= path == null && why.equals("Broken pipe");
    if (!inTrouble) {
      inTrouble = true;
      words.say("cannot write the log: " + why + "; lines are lost until it works again");
    }
  }

  @Override
  public void add(byte[] client, int clientFrom, int clientLength, byte[] rest, int from, int to) {
    file.room(clientLength + to - from + 1)
        .put(client, clientFrom, clientLength)
        .put(rest, from, to - from)
        .put((byte) '\n');
    if (unbuffered) {
      flush();
    }
  }

  void flush() {
    boolean proves = !file.isEmpty();
    if (file.flush() && proves && inTrouble) {
      inTrouble = false;
      words.say("the log is written again; lines lost so far: " + counts.lost);
    }
  }

  /// Whether nobody reads standard output any more.
  boolean hasNoReader() {
    return readerGone;
  }

  /// Goes on in the file that has the name now.
  void reopen() {
    if (path == null) {
      return;
    }
    try {
      file.reopen();
      words.say("the log " + path + " is reopened");
    } catch (IOException e) {
      words.say(e.getMessage() + "; the old file stays in use");
    }
  }

  void close() {
    flush();
    try {
      file.close();
    } catch (IOException e) {
      words.say("the log could not be closed: " + Filesystem.reason(e));
    }
  }
}
