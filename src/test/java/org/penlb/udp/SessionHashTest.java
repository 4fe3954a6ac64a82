package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/// Nobody can choose addresses whose sessions get into each other's way. (`SessionMap.hash`.)
class SessionHashTest {
  private static final long MAPPED = 0xffff_0000_0000L;
  private static final long LOCAL = MAPPED | 0x7f00_0001L;
  private static final int SESSIONS = 1 << 16;

  /// As another process would have it.
  private static Method anotherHash() throws Exception {
    var classes = SessionMap.class.getProtectionDomain().getCodeSource().getLocation();
    var loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
    var hash =
        loader
            .loadClass(SessionMap.class.getName())
            .getDeclaredMethod("hash", long.class, long.class, int.class, long.class);
    hash.setAccessible(true);
    return hash;
  }

  /// The most of them that are in one bucket of as many.
  private static int longestChain(IntUnaryOperator hash) {
    var chains = new int[SESSIONS];
    int longest = 0;
    for (int i = 0; i < SESSIONS; i++) {
      longest = Math.max(longest, ++chains[hash.applyAsInt(i) & (SESSIONS - 1)]);
    }
    return longest;
  }

  /// Random ones have some 8 or 9 in the longest chain.
  @Test
  void addressesAndPortsOfAnyPatternAreSpread() {
    assertThat(longestChain(i -> SessionMap.hash(0, LOCAL, i, LOCAL))).as("ports").isLessThan(20);
    assertThat(longestChain(i -> SessionMap.hash(0, MAPPED + i, 53, LOCAL)))
        .as("addresses")
        .isLessThan(20);
    assertThat(longestChain(i -> SessionMap.hash(0, MAPPED + ((long) i << 16), 53, LOCAL)))
        .as("networks")
        .isLessThan(20);
    assertThat(longestChain(i -> SessionMap.hash((long) i << 48, 1, 53, LOCAL)))
        .as("networks of IPv6")
        .isLessThan(20);
    assertThat(longestChain(i -> SessionMap.hash(1, (long) i << 48, 53, LOCAL)))
        .as("machines of IPv6")
        .isLessThan(20);
    assertThat(longestChain(i -> SessionMap.hash(0, LOCAL, i & 0xff, LOCAL + (i >>> 8))))
        .as("local addresses")
        .isLessThan(20);
  }

  /// As a client chooses who may send to several addresses of pen.
  @Test
  void portCannotMakeUpForTheLocalAddress() {
    var hashes = new HashSet<Integer>();
    for (int i = 0; i < 256; i++) {
      hashes.add(SessionMap.hash(0, LOCAL, 1024 ^ i, LOCAL ^ i));
    }
    assertThat(hashes).hasSizeGreaterThan(250);
  }

  @Test
  void addressesThatCollideInOneProcessDoNotInAnother() throws Exception {
    var buckets = new HashMap<Integer, ArrayList<Long>>();
    var random = new Random(1);
    for (int i = 0; i < SESSIONS; i++) {
      long address = MAPPED | Integer.toUnsignedLong(random.nextInt());
      int bucket = SessionMap.hash(0, address, 53, LOCAL) & 0xff;
      buckets.computeIfAbsent(bucket, _ -> new ArrayList<>()).add(address);
    }
    var colliding = buckets.get(7);
    assertThat(colliding).hasSizeGreaterThan(150);
    var other = anotherHash();
    var elsewhere = new HashSet<Integer>();
    for (long address : colliding) {
      elsewhere.add((int) other.invoke(null, 0L, address, 53, LOCAL) & 0xff);
    }
    assertThat(elsewhere).hasSizeGreaterThan(80);
  }
}
