package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A datagram socket in the file system, where syslog(3) sends to; Java itself has only stream
/// ones.
final class Syslogd implements AutoCloseable {
  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final short POLLIN = 1;
  private static final int PATIENCE_MILLIS = 60_000;

  private final Path path;
  private final int socket;

  Syslogd(Path path) {
    this.path = path;
    socket = call("socket", AF_UNIX, SOCK_DGRAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(110, 2); // struct sockaddr_un of Linux
      address.set(JAVA_SHORT, 0, AF_UNIX);
      address.setString(2, path.toString());
      var shape = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
      check(
          Posix.call(
              "bind", shape, (f, state) -> (int) f.invokeExact(state, socket, address, 110)));
    }
  }

  /// The next datagram, within a minute.
  String receive() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(8, 8);
      request.set(JAVA_INT, 0, socket);
      request.set(JAVA_SHORT, 4, POLLIN);
      var polling = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
      int ready =
          Posix.call(
              "poll",
              polling,
              (f, state) -> (int) f.invokeExact(state, request, 1L, PATIENCE_MILLIS));
      if (ready != 1) {
        throw new AssertionError("no message");
      }
      MemorySegment buffer = arena.allocate(65536);
      var reading = FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
      int length =
          Posix.call(
              "read",
              reading,
              (f, state) -> Math.toIntExact((long) f.invokeExact(state, socket, buffer, 65536L)));
      byte[] bytes = buffer.asSlice(0, check(length)).toArray(JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static int call(String name, int first, int second, int third) {
    var shape = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    return check(
        Posix.call(name, shape, (f, state) -> (int) f.invokeExact(state, first, second, third)));
  }

  private static int check(int result) {
    if (result < 0) {
      throw new AssertionError(Posix.message(-result));
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    check(Posix.call("close", socket));
    Files.delete(path);
  }
}
