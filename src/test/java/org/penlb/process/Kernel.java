package org.penlb.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What the kernel knows of sockets, without a connection to try them. Some may be missing where
/// others, of any process, are closed meanwhile: it counts on from where the last read ended.
final class Kernel {
  private static final String LISTEN = "0A";
  private static final String UNCONNECTED = "07";

  private Kernel() {}

  /// Its numbers (inodes) of the sockets that listen on a TCP port; proc_net_tcp(5).
  static Set<String> listeners(int port) throws IOException {
    return sockets("tcp", port, LISTEN);
  }

  /// The same for a UDP port.
  static Set<String> receivers(int port) throws IOException {
    return sockets("udp", port, UNCONNECTED);
  }

  private static Set<String> sockets(String protocol, int port, String state) throws IOException {
    var sockets = new TreeSet<String>();
    for (var table : List.of("/proc/net/" + protocol, "/proc/net/" + protocol + "6")) {
      for (var line : Files.readAllLines(Path.of(table))) {
        var words = line.strip().split("\\s+", -1);
        if (words[1].endsWith(":%04X".formatted(port)) && words[3].equals(state)) {
          sockets.add(words[9]);
        }
      }
    }
    return sockets;
  }
}
