package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How many datagrams the kernel has thrown away because there was no room for them; proc(5),
/// /proc/net/udp.
///
/// Owned by: penlogd's thread. The tables are opened once, before a chroot hides them.
final class KernelDrops implements AutoCloseable {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));

  private final int port;
  private final List<FileChannel> tables = new ArrayList<>();
  private final ByteBuffer piece = ByteBuffer.allocate(8192);

  /// @param port of the sockets
  KernelDrops(int port) {
    this.port = port;
    try {
      for (var table : TABLES) {
        if (Files.exists(table)) { // without IPv6 there is one
          tables.add(FileChannel.open(table));
        }
      }
    } catch (IOException e) {
      close(); // it is not known, then
    }
  }

  /// Of all sockets of the port since they were opened.
  ///
  /// @return -1 if that cannot be known
  long count() {
    long count = tables.isEmpty() ? -1 : 0;
    try {
      for (var table : tables) {
        count += count(read(table));
      }
      return count;
    } catch (IOException e) {
      return -1;
    }
  }

  /// All of it anew. It has no size, and comes in pieces.
  private String read(FileChannel table) throws IOException {
    var bytes = new ByteArrayOutputStream();
    table.position(0);
    while (table.read(piece.clear()) > 0) {
      bytes.write(piece.array(), 0, piece.position());
    }
    return bytes.toString(ISO_8859_1);
  }

  /// The local address, in hexadecimal, is the second field, the number the last.
  long count(String table) {
    var ending = ":%04X".formatted(port);
    return table
        .lines()
        .skip(1)
        .map(line -> line.strip().split("\\s+", -1))
        .filter(fields -> fields[1].endsWith(ending))
        .mapToLong(fields -> Long.parseLong(fields[fields.length - 1]))
        .sum();
  }

  @Override
  public void close() {
    for (var table : tables) {
      try {
        table.close();
      } catch (IOException e) { // nothing was written to it
      }
    }
    tables.clear();
  }
}
