package org.penlb.unix;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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

  private static List<Long> numbers(String status, String key) throws IOException {
    String line =
        status
            .lines()
            .filter(l -> l.startsWith(key))
            .findFirst()
            .orElseThrow(() -> new IOException("no " + key + " in a /proc status file"));
    return Arrays.stream(line.substring(key.length()).trim().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .map(Long::valueOf)
        .collect(Collectors.toList());
  }

  /// True if the thread is that user in every respect.
  boolean is(Account account) {
    return uids.stream().allMatch(id -> id == account.uid())
        && gids.stream().allMatch(id -> id == account.gid())
        && groups.equals(Set.copyOf(account.groups()));
  }
}
