package org.penlb.unix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivilegesTest {
  @TempDir Path directory;

  @BeforeEach
  void needsRoot() {
    assumeTrue(Privileges.isRoot(), "needs root");
  }

  @Test
  void noThreadKeepsAnythingOfRoot() throws Exception {
    assertThat(run("drop", "nobody").out())
        .contains("isRoot true\n")
        .contains("isRoot false\n")
        .contains("before [0 0 1, 2, 3] many\n")
        .contains(threadsLine("nobody"))
        .contains("setuid Operation not permitted\n")
        .contains("setgid Operation not permitted\n")
        .contains("setgroups Operation not permitted\n")
        .endsWith("end\n");
  }

  @Test
  void aNumberWithoutEntryIsAUserWithItsOwnGroupOnly() throws Exception {
    assertThat(run("drop", "54321").out())
        .contains("threads [54321 54321 54321] many\n")
        .endsWith("end\n");
  }

  @Test
  void anAccountsGroupsReplaceThoseOfRoot() throws Exception {
    assertThat(run("account").out())
        .contains("threads [54321 54321 7, 8, 54321] many\n")
        .endsWith("end\n");
  }

  @Test
  void beingTheUserAlreadyIsFineAndBecomingAnotherIsNot() throws Exception {
    assertThat(run("twice", "nobody").out())
        .contains("again fine\n")
        .contains("cannot become root: Operation not permitted\n")
        .contains("cannot change root to /: Operation not permitted\n");
  }

  @Test
  void rootMayStayRoot() throws Exception {
    assertThat(run("drop", "root").out()).contains(threadsLine("root"));
  }

  @Test
  void unknownUserIsNamed() throws Exception {
    assertThat(run("drop", "no-such-user").out()).isEqualTo("no such user: no-such-user\n");
  }

  @Test
  void capabilitiesThatLeadBackToRootAreFound() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/setpriv")), "needs setpriv of util-linux");
    ProcessBuilder builder = ChildJvm.of(Child.class, "drop", "nobody");
    builder.command().addAll(0, List.of("/usr/bin/setpriv", "--securebits", "+no_setuid_fixup"));
    assertThat(ChildJvm.run(builder).out())
        .endsWith("\nbecame nobody, but can become root again\n");
  }

  @Test
  void anAccountFoundBeforeChrootServesAfterIt() throws Exception {
    Files.createFile(directory.resolve("inside"));
    assertThat(run("chroot", directory.toString()).out())
        .isEqualTo("/ [inside]\nworking directory [inside]\nuid 65534 root false\nend\n");
  }

  @Test
  void chrootToNothingSaysWhy() throws Exception {
    String absent = directory.resolve("absent").toString();
    assertThat(run("chroot", absent).out())
        .isEqualTo("cannot change root to " + absent + ": No such file or directory\n");
  }

  private static ChildJvm.Outcome run(String... arguments) throws Exception {
    return ChildJvm.run(ChildJvm.of(Child.class, arguments));
  }

  private static String threadsLine(String user) throws IOException {
    Account account = Account.find(user);
    String groups = sorted(Set.copyOf(account.groups()));
    return "threads [" + account.uid() + " " + account.gid() + " " + groups + "] many\n";
  }

  private static String sorted(Set<Long> ids) {
    return ids.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /// What runs as root in a JVM of its own.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try {
        switch (arguments[0]) {
          case "drop" -> drop(Account.find(arguments[1]));
          case "account" -> drop(new Account("x", 54321, 54321, List.of(7L, 54321L, 8L)));
          case "twice" -> twice(arguments[1]);
          default -> chroot(Path.of(arguments[1]));
        }
        System.out.println("end");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }

    private static void drop(Account account) throws Exception {
      System.out.println("isRoot " + Privileges.isRoot());
      setGroups(1, 2, 3);
      // Also loads all classes needed below: the user need not be able to read the class path.
      System.out.println("before " + threads());
      CountDownLatch end = new CountDownLatch(1);
      for (int i = 0; i < 4; i++) {
        Thread.ofPlatform().daemon().start(() -> awaitQuietly(end));
      }
      Privileges.drop(account);
      System.out.println("isRoot " + Privileges.isRoot());
      System.out.println("threads " + threads());
      System.out.println("setuid " + Posix.message(-Posix.call("setuid", 0)));
      System.out.println("setgid " + Posix.message(-Posix.call("setgid", 0)));
      System.out.println("setgroups " + Posix.message(-setGroups(1)));
    }

    private static void awaitQuietly(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    /// The ids that any thread has, in any respect; all threads and respects, if there is only one.
    private static String threads() throws IOException {
      List<TaskStatus> threads = TaskStatus.ofAllThreads();
      Set<String> kinds = new TreeSet<>();
      for (TaskStatus thread : threads) {
        for (int i = 0; i < 4; i++) {
          kinds.add(
              thread.uids().get(i) + " " + thread.gids().get(i) + " " + sorted(thread.groups()));
        }
      }
      return kinds + (threads.size() > 8 ? " many" : " few");
    }

    private static int setGroups(int... groups) {
      try (Arena arena = Arena.ofConfined()) {
        return Posix.call("setgroups", groups.length, arena.allocateFrom(JAVA_INT, groups));
      }
    }

    private static void twice(String user) throws IOException {
      Privileges.drop(user);
      Privileges.drop(user);
      System.out.println("again fine");
      try {
        Filesystem.chroot(Path.of("/"));
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
      Privileges.drop("root");
    }

    private static void chroot(Path directory) throws IOException {
      Account nobody = Account.find("65534");
      Privileges.isRoot(); // Loads its classes while the class path can be seen.
      TaskStatus.ofAllThreads();
      Filesystem.chroot(directory);
      System.out.println("/ " + List.of(new File("/").list()));
      System.out.println("working directory " + List.of(new File(".").list()));
      Privileges.drop(nobody);
      System.out.println("uid " + Posix.call("getuid") + " root " + Privileges.isRoot());
    }
  }
}
