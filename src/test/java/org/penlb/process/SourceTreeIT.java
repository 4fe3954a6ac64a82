package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `bin/pen` in a source tree builds when it has to; here with a Maven that only notes its calls.
class SourceTreeIT {
  private static final List<String> TOOLS =
      List.of(
          "sh",
          "dirname",
          "readlink",
          "find",
          "cat",
          "cksum",
          "mkdir",
          "mktemp",
          "rm",
          "tail",
          "sleep",
          "touch",
          "env",
          "cp",
          "mv");

  @TempDir private Path dir;

  private Path tree;
  private Path tools;
  private Path source;

  @BeforeEach
  void plant() throws Exception {
    tree = Files.createDirectory(dir.resolve("a tree"));
    for (var part : List.of("src/main/java", "src/test/java", "unix/main/java", "target/pen")) {
      Files.createDirectories(tree.resolve(part));
    }
    copy("bin", "pom.xml", "src/pom.xml", "unix/pom.xml", "target/pen/lib");
    source = Files.writeString(tree.resolve("src/main/java/A.java"), "class A {}\n");
    age(tree, -1000);
    age(Files.createFile(tree.resolve("target/pen/built")), -500);
    tools = Files.createDirectory(dir.resolve("tools"));
    for (var tool : TOOLS) {
      script(tool, "exec " + Programs.needed(tool) + " \"$@\"\n");
    }
    maven("touch target/pen/built");
  }

  private void copy(String... parts) throws Exception {
    for (var part : parts) {
      var to = tree.resolve(part).toString();
      PenProcess.run("cp", "-a", PenProcess.ROOT.resolve(part).toString(), to);
    }
  }

  private static void age(Path path, int seconds) throws Exception {
    if (Files.isDirectory(path)) {
      PenProcess.run(
          "find", path.toString(), "-exec", "touch", "-d", seconds + " seconds", "{}", "+");
    } else {
      Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(seconds)));
    }
  }

  private void maven(String work) throws IOException {
    script("mvn", "echo \"$@\" >>'" + calls() + "'\n" + work + "\n");
  }

  private void script(String name, String text) throws IOException {
    var script = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path calls() {
    return dir.resolve("calls");
  }

  private ProcessBuilder version() {
    var command = new ProcessBuilder(tree.resolve("bin/pen").toString(), "--version");
    command.environment().put("PATH", tools.toString());
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return command;
  }

  @Test
  void nothingIsBuiltWhereNothingHasChanged() throws Exception {
    var outcome = PenProcess.run(version());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("pen ");
    assertThat(calls()).doesNotExist();
  }

  @Test
  void aSourceThatIsNewerThanTheBuildBuildsItOnce() throws Exception {
    age(source, 0);
    var outcome = PenProcess.run(version());
    assertThat(outcome.out()).startsWith("pen ");
    assertThat(outcome.err()).contains("building");
    assertThat(PenProcess.run(version()).err()).isEmpty();
    assertThat(calls()).content().contains("package").hasLineCount(1);
    try (var left = Files.list(tree.resolve("target"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("pen", "build.log");
    }
  }

  @Test
  void aRunningPenKeepsTheJarThatItReads() throws Exception {
    age(source, 0);
    var jar = tree.resolve("target/pen/lib/pen.jar");
    try (var running = Files.newByteChannel(jar)) {
      long size = running.size();
      maven("echo more >>target/pen/lib/pen.jar; touch target/pen/built");
      PenProcess.run(version());
      assertThat(running.size()).isEqualTo(size).isNotEqualTo(Files.size(jar));
    }
  }

  @Test
  void aTestThatIsNewerThanTheBuildDoesNot() throws Exception {
    Files.writeString(tree.resolve("src/test/java/ATest.java"), "class ATest {}\n");
    assertThat(PenProcess.run(version()).out()).startsWith("pen ");
    assertThat(calls()).doesNotExist();
  }

  @Test
  void aTreeWithoutABuildBuildsIt() throws Exception {
    var built = dir.resolve("built elsewhere");
    Files.move(tree.resolve("target"), built);
    maven("cd '" + built + "' && touch pen/built && mv pen '" + tree + "/target'");
    assertThat(PenProcess.run(version()).out()).startsWith("pen ");
    assertThat(calls()).content().hasLineCount(1);
  }

  @Test
  void startsAtTheSameTimeBuildOnce() throws Exception {
    age(source, 0);
    maven("sleep 0.5; touch target/pen/built");
    var first = version().redirectErrorStream(true).start();
    var second = version().redirectErrorStream(true).start();
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(calls()).content().hasLineCount(1);
  }

  @Test
  void aBuildThatFailsSaysWhyAndPenDoesNotStart() throws Exception {
    age(source, 0);
    maven("echo 'A.java: no such thing'; exit 1");
    var outcome = PenProcess.run(version());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("A.java: no such thing", "target/build.log");
  }

  @Test
  void aBuildThatWasKilledIsNotWaitedFor() throws Exception {
    age(source, 0);
    var lock = Files.createDirectory(tree.resolve("target/building"));
    Files.writeString(lock.resolve("pid"), "999999999\n");
    assertThat(PenProcess.run(version()).out()).startsWith("pen ");
  }

  @Test
  void withoutMavenItSaysWhatToInstall() throws Exception {
    age(source, 0);
    Files.delete(tools.resolve("mvn"));
    var outcome = PenProcess.run(version());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines()).singleElement().asString().contains("apt install maven");
  }

  @Test
  void whereTheTreeCannotBeWrittenItSaysSo() throws Exception {
    PenProcess.run("rm", "-r", tree.resolve("target").toString());
    Files.createFile(tree.resolve("target")); // root may write into any directory
    var outcome = PenProcess.run(version());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines()).singleElement().asString().contains("cannot be written");
  }

  @Test
  void withoutAJdkItSaysWhatToInstall() throws Exception {
    Programs.needRoot();
    var unshare = Programs.needed("unshare");
    // Hides where a JDK may be from this one command.
    var script =
        "for d in /usr/lib/jvm \"$1\"; do"
            + " [ ! -d \"$d\" ] || mount -t tmpfs none \"$d\" || exit 77; done;"
            + " PATH=\"$2\"; unset JAVA_HOME JAVA25_HOME; HOME=/nowhere; exec \"$3\" --version";
    var outcome =
        PenProcess.run(
            unshare,
            "-m",
            "sh",
            "-c",
            script,
            "sh",
            System.getProperty("java.home"),
            tools.toString(),
            tree.resolve("bin/pen").toString());
    Programs.require(outcome.status() != 77, "mount namespaces");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines()).singleElement().asString().contains("JDK 25");
  }
}
