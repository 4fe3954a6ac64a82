package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class PenlogdOptionsTest {
  private static PenlogdOptions parse(String... args) throws Misuse {
    return PenlogdOptions.parse("1", args);
  }

  private static Misuse refused(String... args) {
    return catchThrowableOfType(Misuse.class, () -> parse(args));
  }

  @Test
  void aPortIsEnough() throws Misuse {
    var options = parse("10000");
    assertThat(options.listen().getPort()).isEqualTo(10000);
    assertThat(options.listen().getAddress().isAnyLocalAddress()).isTrue();
    assertThat(options.lines()).isEqualTo(1000);
    assertThat(options.holdMillis()).isZero();
    assertThat(options.foreground()).isFalse();
    assertThat(options.log()).isNull();
    assertThat(options.allow()).isEmpty();
  }

  @Test
  void optionsOfTheClassicOneMayBeClustered() throws Misuse {
    var options = parse("-fdb", "-lfile", "-n50", "-p", "pid", "-j", "/jail", "-u", "nobody", "1");
    assertThat(options.foreground() && options.debug() && options.unbuffered()).isTrue();
    assertThat(options.log()).isEqualTo(Path.of("file"));
    assertThat(options.lines()).isEqualTo(50);
    assertThat(options.pidFile()).isEqualTo(Path.of("pid"));
    assertThat(options.chroot()).isEqualTo(Path.of("/jail"));
    assertThat(options.user()).isEqualTo("nobody");
  }

  @Test
  void longNamesAndRepeatedOnesAreUnderstood() throws Misuse {
    var options =
        parse("--listen", "[::1]", "--allow", "10.0.0.0/8", "--allow", "::1", "--hold", "5", "1");
    assertThat(options.listen().getAddress().getHostAddress()).isEqualTo("0:0:0:0:0:0:0:1");
    assertThat(options.allow()).hasSize(2);
    assertThat(options.holdMillis()).isEqualTo(5);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThat(refused()).hasMessageContaining("no port");
    assertThat(refused("x")).hasMessageContaining("port is 'x'");
    assertThat(refused("65536")).hasMessageContaining("65535");
    assertThat(refused("-n", "0", "1")).hasMessageContaining("-n");
    assertThat(refused("--hold", "-1", "1")).hasMessageContaining("--hold");
    assertThat(refused("--listen", "host", "1")).hasMessageContaining("--listen");
    assertThat(refused("--allow", "10/8", "1")).hasMessageContaining("--allow");
    assertThat(refused("-l", "", "1")).hasMessageContaining("-l");
    assertThat(refused("-z", "1")).hasMessageContaining("-z");
    assertThat(refused("1", "2").exitStatus()).isEqualTo(2);
    assertThat(refused("--help").exitStatus()).isZero();
    assertThat(refused("-V")).hasMessage("1");
  }

  @Test
  void everyOptionIsInHelpAndInTheManPage() throws IOException {
    var help = refused("--help").getMessage();
    var page = Files.readString(Path.of("../man/penlogd.1")).replace("\\-", "-");
    var names = new ArrayList<String>();
    PenlogdOptions.spec()
        .options()
        .forEach(option -> names.addAll(java.util.List.of(option.names())));
    assertThat(names).hasSizeGreaterThan(20);
    assertThat(names).allSatisfy(name -> assertThat(help).containsPattern("(?<![-\\w])" + name));
    assertThat(names).allSatisfy(name -> assertThat(page).contains("\\fB" + name + "\\fR"));
  }
}
