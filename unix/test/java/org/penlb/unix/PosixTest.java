package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way into the C library, and the two classes that are hardly more than one call of it.
class PosixTest {
  private static final int EBADF = 9;

  @TempDir Path directory;

  @Test
  void anErrorIsTheNegatedErrno() {
    assertThat(Posix.call("close", -1)).isEqualTo(-EBADF);
    assertThat(Posix.message(EBADF)).isEqualTo("Bad file descriptor");
    assertThat(Posix.message(1234)).isEqualTo("errno 1234");
  }

  @Test
  void aMissingFunctionIsNamed() {
    var shape = FunctionDescriptor.of(ValueLayout.JAVA_INT);
    assertThatThrownBy(() -> Posix.bind("no_such_function", shape))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("this system has no function no_such_function");
  }

  @Test
  void umaskHoldsForNewFilesAndReturnsThePreviousOne() throws Exception {
    int before = Filesystem.umask(077);
    try {
      Path file = Files.writeString(directory.resolve("file"), "");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    } finally {
      assertThat(Filesystem.umask(before)).isEqualTo(077);
    }
  }

  @Test
  void aPipeIsNoTerminal() throws Exception {
    assertThat(ChildJvm.run(ChildJvm.of(Child.class)).out()).isEqualTo("false false\n");
  }

  @Test
  void aTerminalIsOne() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/script")), "needs script of util-linux");
    String command = String.join(" ", ChildJvm.of(Child.class).command()).replace("$", "\\$");
    ProcessBuilder terminal = new ProcessBuilder("script", "-q", "-c", command, "/dev/null");
    assertThat(ChildJvm.run(terminal).out()).isEqualToIgnoringWhitespace("true false");
  }

  /// Prints whether its output, and a descriptor that is not open, are terminals.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      System.out.println(Terminal.isTerminal(1) + " " + Terminal.isTerminal(999));
    }
  }
}
