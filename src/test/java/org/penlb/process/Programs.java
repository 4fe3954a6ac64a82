package org.penlb.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/// Programs of others that some tests need.
final class Programs {
  private static final Set<String> SKIPPED = new ConcurrentSkipListSet<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Programs::report));
  }

  private Programs() {}

  private static void report() {
    if (!SKIPPED.isEmpty()) {
      System.err.println("process tests skipped for want of: " + String.join(", ", SKIPPED));
    }
  }

  private static String find(String name) {
    var path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
    for (var dir : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(dir, name))) {
        return Path.of(dir, name).toString();
      }
    }
    return null;
  }

  /// Its path; skips the test where it is missing.
  static String needed(String name) {
    var path = find(name);
    require(path != null, name);
    return path;
  }

  static void needRoot() {
    require(System.getProperty("user.name").equals("root"), "root");
  }

  static void needIpv6() {
    try {
      new ServerSocket(0, 1, InetAddress.ofLiteral("::1")).close();
    } catch (IOException e) {
      require(false, "IPv6");
    }
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      SKIPPED.add(what);
    }
    assumeTrue(condition, "needs " + what);
  }
}
