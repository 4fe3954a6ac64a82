package org.penlb.penlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many datagrams the kernel has thrown away because there was no room for them; proc(5),
/// /proc/net/udp.
///
/// Owned by: immutable.
///
/// @param port of the sockets
record KernelDrops(int port) {
  private static final Path IPV4 = Path.of("/proc/net/udp");
  private static final Path IPV6 = Path.of("/proc/net/udp6");

  /// Of all sockets of the port since they were opened.
  ///
  /// @return -1 if that cannot be known, as after a chroot
  long count() {
    try {
      return count(Files.readString(IPV4))
          + (Files.exists(IPV6) ? count(Files.readString(IPV6)) : 0);
    } catch (IOException e) {
      return -1;
    }
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
}
