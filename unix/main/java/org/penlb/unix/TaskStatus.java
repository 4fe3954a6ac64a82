package org.penlb.unix;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;

/// Owned by: immutable.
///
/// Who one thread is to the kernel, from its /proc status file; proc(5).
///
/// Linux has a user per *thread*; that all threads of a process share one is the work of the C
/// library, which is why somebody has to look.
///
/// @param uids real, effective, saved, file system
/// @param gids likewise
record TaskStatus(List<Long> uids, List<Long> gids, Set<Long> groups) {
  private static final Path TASKS = Path.of("/proc/self/task");

  /// Of all threads; empty where there is no such directory: other systems, or after a chroot.
  static List<TaskStatus> ofAllThreads() throws IOException {
    List<TaskStatus> all = new ArrayList<>();
    if (!Files.isDirectory(TASKS)) {
      return all;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        ofThread(task).ifPresent(all::add);
      }
    }
    return all;
  }

  /// Of the thread that asks; empty where the kernel does not tell.
  static Optional<TaskStatus> ofThisThread() throws IOException {
    Path self = Path.of("/proc/thread-self");
    return Files.isDirectory(self) ? ofThread(self) : Optional.empty();
  }

  private static Optional<TaskStatus> ofThread(Path task) throws IOException {
    try {
      return Optional.of(parse(Files.readString(task.resolve("status"))));
    } catch (IOException e) {
      if (Files.exists(task)) {
        throw e;
      }
      return Optional.empty(); // The thread has ended meanwhile.
    }
  }

  static TaskStatus parse(String status) throws IOException {
    return new TaskStatus(
        numbers(status, "Uid:"), numbers(status, "Gid:"), Set.copyOf(numbers(status, "Groups:")));
  }

  /// Plain loops: streams and a regular expression took some 5 ms of a start.
  private static List<Long> numbers(String status, String key) throws IOException {
    int start = status.indexOf("\n" + key);
    if (start < 0) {
      throw new IOException("no " + key + " in a /proc status file");
    }
    start += 1 + key.length();
    int end = status.indexOf('\n', start);
    List<Long> numbers = new ArrayList<>();
    var words = new StringTokenizer(status.substring(start, end < 0 ? status.length() : end));
    while (words.hasMoreTokens()) {
      numbers.add(Long.valueOf(words.nextToken()));
    }
    return numbers;
  }

  /// True if the thread is that user in every respect.
  boolean is(Account account) {
    return Set.copyOf(uids).equals(Set.of(account.uid()))
        && Set.copyOf(gids).equals(Set.of(account.gid()))
        && groups.equals(Set.copyOf(account.groups()));
  }
}
