package org.penlb.mergelogs;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.penlb.unix.Filesystem;

/// The bytes of a log: a file or, as `-`, standard input, whose content says if it is gzip. An
/// error is the end of the log: what is before it counts.
///
/// Owned by: the main thread.
final class LogInput {
  static final String STANDARD_INPUT = "-";

  /// Gets what has gone wrong, in words.
  @FunctionalInterface
  interface Troubles {
    void add(String what);
  }

  private final String name;
  private final Troubles troubles;
  private final Counted counted;
  private final long size;

  /// Null before the first byte is read.
  private InputStream content;

  private LogInput(String name, InputStream file, long size, Troubles troubles) {
    this.name = name;
    this.size = size;
    this.troubles = troubles;
    counted = new Counted(file);
  }

  /// @throws IOException naming the file
  static LogInput open(String file, Troubles troubles) throws IOException {
    if (file.equals(STANDARD_INPUT)) {
      return of("standard input", new FileInputStream(FileDescriptor.in), 0, troubles);
    }
    try {
      var path = path(file);
      if (Files.isDirectory(path)) {
        throw new IOException("it is a directory");
      }
      long size = Files.isRegularFile(path) ? Files.size(path) : 0;
      return of(file, new FileInputStream(file), size, troubles);
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + reason(e, file), e);
    }
  }

  static Path path(String file) throws IOException {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new IOException("its name is not text in this locale, try LC_ALL=C.UTF-8", e);
    }
  }

  static LogInput of(String name, InputStream bytes, long size, Troubles troubles) {
    return new LogInput(name, bytes, size, troubles);
  }

  /// The words of the system, which FileInputStream has in brackets behind the name.
  private static String reason(IOException e, String file) {
    var words = Filesystem.reason(e);
    return words.startsWith(file + " (") && words.endsWith(")")
        ? words.substring(file.length() + 2, words.length() - 1)
        : words;
  }

  /// Reads what there is, at least a byte.
  ///
  /// @return how many bytes, or -1 at the end or where reading fails
  int read(byte[] bytes, int offset, int length) {
    try {
      if (content == null) {
        content = content();
      }
      return content.read(bytes, offset, length);
    } catch (EOFException e) {
      return failed("the gzip data are cut off; what is there has been used");
    } catch (IOException e) {
      return failed(Filesystem.reason(e) + "; what is before that has been used");
    }
  }

  private InputStream content() throws IOException {
    var bytes = new PushbackInputStream(counted, 2);
    var begin = new byte[2];
    int length = bytes.readNBytes(begin, 0, 2);
    bytes.unread(begin, 0, length);
    boolean gzip =
        length == 2
            && Byte.toUnsignedInt(begin[0]) == GzipContent.FIRST
            && Byte.toUnsignedInt(begin[1]) == GzipContent.SECOND;
    return gzip ? new GzipContent(bytes) : bytes;
  }

  private int failed(String why) {
    troubles.add("cannot read all of " + name + ": " + why);
    content = InputStream.nullInputStream();
    return -1;
  }

  /// Of the file; 0 where that is not known.
  long size() {
    return size;
  }

  /// Bytes of the file that have been read.
  long done() {
    return counted.done;
  }

  void close() {
    try {
      counted.close();
    } catch (IOException _) {
      // It was only read.
    }
  }

  /// Owned by: the main thread.
  private static final class Counted extends FilterInputStream {
    private long done;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      done += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      done += Math.max(read, 0);
      return read;
    }
  }
}
