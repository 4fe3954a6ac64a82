package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Owned by: immutable.
///
/// A user of this system, as its user database (files, LDAP, ...) knows it; ids are unsigned 32-bit
/// numbers.
///
/// @param groups all groups of the user, the primary one included
public record Account(String name, long uid, long gid, List<Long> groups) {
  /// (uid_t) -1 means "leave as it is" to several system calls, so it is nobody's.
  private static final long LARGEST_ID = 0xFFFF_FFFEL;

  private static final int ERANGE = 34;
  private static final int LARGEST_ENTRY = 1 << 20;
  private static final int MOST_GROUPS = 1 << 16;

  // struct passwd begins alike everywhere: char *name, char *password, uid_t, gid_t.
  private static final int PASSWD_BYTES = 256;
  private static final int UID_OFFSET = 16;
  private static final int GID_OFFSET = 20;

  public Account {
    groups = List.copyOf(groups);
  }

  /// Finds a user by name or, if nobody has that name, by number. A number that the database does
  /// not know, as is usual in containers, is a user with the group of the same number and no other.
  ///
  /// Reads files below /etc and perhaps asks the network: call it before [Filesystem#chroot].
  ///
  /// @throws IOException "no such user: x", or the database cannot be read
  public static Account find(String user) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Posix.text(arena, user);
      Account account = lookUp(arena, user, "getpwnam_r", name);
      return account == null ? byNumber(arena, user) : account;
    }
  }

  private static Account byNumber(Arena arena, String user) throws IOException {
    if (!user.matches("[0-9]{1,10}") || Long.parseLong(user) > LARGEST_ID) {
      throw new IOException("no such user: " + user);
    }
    long uid = Long.parseLong(user);
    // The number as the address that getpwnam_r takes: one shape for both functions.
    Account account = lookUp(arena, user, "getpwuid_r", MemorySegment.ofAddress(uid));
    return account == null ? new Account(user, uid, uid, List.of(uid)) : account;
  }

  /// Returns null when there is no such entry.
  private static Account lookUp(Arena arena, String user, String function, MemorySegment key)
      throws IOException {
    MemorySegment entry = arena.allocate(PASSWD_BYTES, 8);
    MemorySegment found = arena.allocate(ADDRESS);
    for (int size = 4096; size <= LARGEST_ENTRY; size *= 4) {
      MemorySegment strings = arena.allocate(size);
      int status = find(function, key, entry, strings, found);
      if (status == 0) {
        boolean absent = found.get(ADDRESS, 0).address() == 0;
        return absent ? null : read(arena, entry, strings);
      }
      if (status != ERANGE) {
        // POSIX says 0 and no entry, but some libraries report these for "not found".
        if (status == 2 || status == 3) {
          return null;
        }
        throw new IOException("cannot look up user " + user + ": " + Posix.message(status));
      }
    }
    throw new IOException("cannot look up user " + user + ": its entry is too large");
  }

  private static int find(
      String function,
      MemorySegment key,
      MemorySegment entry,
      MemorySegment strings,
      MemorySegment found) {
    var shape = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    return Posix.call(
        function,
        shape,
        (f, state) -> (int) f.invokeExact(state, key, entry, strings, strings.byteSize(), found));
  }

  private static Account read(Arena arena, MemorySegment entry, MemorySegment strings)
      throws IOException {
    // The name lies in the buffer that we gave, which spares an unchecked pointer.
    MemorySegment cName = strings.asSlice(entry.get(ADDRESS, 0).address() - strings.address());
    String name = cName.getString(0, Posix.CHARSET);
    int gid = entry.get(JAVA_INT, GID_OFFSET);
    long uid = Integer.toUnsignedLong(entry.get(JAVA_INT, UID_OFFSET));
    return new Account(name, uid, Integer.toUnsignedLong(gid), groups(arena, name, cName, gid));
  }

  private static List<Long> groups(Arena arena, String name, MemorySegment cName, int gid)
      throws IOException {
    MemorySegment count = arena.allocate(JAVA_INT);
    for (int capacity = 64; capacity <= MOST_GROUPS; capacity *= 4) {
      MemorySegment ids = arena.allocate(JAVA_INT, capacity);
      count.set(JAVA_INT, 0, capacity);
      if (groupList(cName, gid, ids, count) >= 0) {
        return numbers(ids, Math.min(capacity, count.get(JAVA_INT, 0)));
      }
    }
    throw new IOException("user " + name + " is in too many groups");
  }

  /// -1 says "too small" and leaves errno alone, which may be 0: hence not through `call`'s errno.
  private static int groupList(
      MemorySegment cName, int gid, MemorySegment ids, MemorySegment count) {
    var shape = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    try {
      return (int) Posix.bind("getgrouplist", shape).invokeExact(cName, gid, ids, count);
    } catch (Throwable e) {
      throw Posix.unexpected(e);
    }
  }

  static List<Long> numbers(MemorySegment ids, int count) {
    List<Long> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(Integer.toUnsignedLong(ids.getAtIndex(JAVA_INT, i)));
    }
    return numbers;
  }
}
