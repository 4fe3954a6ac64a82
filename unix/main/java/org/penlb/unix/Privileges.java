package org.penlb.unix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Owned by: shared (the process has one identity; change it once, at start).
///
/// Giving up root for good: user, group and supplementary groups, and the proof that all of it is
/// gone.
///
/// When a method here throws, the process may be half of one user and half of another: the only
/// sensible continuation is its end.
public final class Privileges {
  private static volatile boolean givenUp;

  private Privileges() {}

  /// True if this process has become another user by [#drop].
  public static boolean areGivenUp() {
    return givenUp;
  }

  /// Becomes that user, for good. Looks the user up first, so it must be used before
  /// [Filesystem#chroot]; with a chroot, find the [Account] before and drop to it after.
  ///
  /// @param user a name or a number, see [Account#find]
  /// @throws IOException "no such user: x", "cannot become x: Operation not permitted", or the
  ///   check afterwards found rights that should be gone
  public static void drop(String user) throws IOException {
    drop(Account.find(user));
  }

  /// Becomes that user, for good. An ordinary user who already is that user and group changes
  /// nothing: it has no right to set its groups, and got them from whoever started it.
  ///
  /// @throws IOException see [#drop(String)]
  public static void drop(Account account) throws IOException {
    if (account.uid() != 0 && account.equals(withIdsOfProcess(account))) {
      return;
    }
    become(account);
    verify(account);
    givenUp = true;
  }

  /// True if this process acts as root.
  public static boolean isRoot() {
    return effectiveUser() == 0;
  }

  /// The number of the user as whom this process acts.
  public static long effectiveUser() {
    try {
      // Nearly free, where a first foreign call costs some 50 ms at start.
      var status = TaskStatus.ofThisThread();
      if (status.isPresent()) {
        return status.get().uids().get(1);
      }
    } catch (IOException _) {
      // Then the C library has to answer.
    }
    return id("geteuid");
  }

  private static long id(String function) {
    return Integer.toUnsignedLong(Posix.call(function));
  }

  /// The account with the ids that the process has; equal to it if and only if real and effective
  /// ids all are the account's.
  private static Account withIdsOfProcess(Account account) {
    long uid = id("getuid");
    long gid = id("getgid");
    boolean one = id("geteuid") == uid && id("getegid") == gid;
    return one ? new Account(account.name(), uid, gid, account.groups()) : null;
  }

  /// Groups first: without root there is no right to change them. setgid and setuid of root set the
  /// real, the effective and the saved id together.
  private static void become(Account account) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      List<Long> groups = account.groups();
      MemorySegment ids = arena.allocate(JAVA_INT, groups.size());
      for (int i = 0; i < groups.size(); i++) {
        ids.setAtIndex(JAVA_INT, i, groups.get(i).intValue());
      }
      require(Posix.call("setgroups", groups.size(), ids), account);
    }
    require(Posix.call("setgid", (int) account.gid()), account);
    require(Posix.call("setuid", (int) account.uid()), account);
  }

  private static void require(int result, Account account) throws IOException {
    if (result < 0) {
      throw new IOException("cannot become " + account.name() + ": " + Posix.message(-result));
    }
  }

  private static void verify(Account account) throws IOException {
    if (!account.equals(withIdsOfProcess(account))) {
      throw new IOException("became " + account.name() + " only in part: ids differ");
    }
    if (!groupsOfProcess().equals(Set.copyOf(account.groups()))) {
      throw new IOException("became " + account.name() + " only in part: groups differ");
    }
    for (TaskStatus thread : TaskStatus.ofAllThreads()) {
      if (!thread.is(account)) {
        throw new IOException("became " + account.name() + " only in part: a thread differs");
      }
    }
    // Last, as it is not harmless where it succeeds: with CAP_SETUID kept, say.
    if (account.uid() != 0 && Posix.call("setuid", 0) >= 0) {
      throw new IOException("became " + account.name() + ", but can become root again");
    }
  }

  private static Set<Long> groupsOfProcess() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int capacity = Math.max(0, Posix.call("getgroups", 0, MemorySegment.NULL));
      MemorySegment ids = arena.allocate(JAVA_INT, Math.max(1, capacity));
      int count = Posix.call("getgroups", capacity, ids);
      if (count < 0) {
        throw new IOException("cannot read my groups: " + Posix.message(-count));
      }
      return new HashSet<>(Account.numbers(ids, count));
    }
  }
}
