package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/// Command lines that are wrong, or only ask for help: what is said, and the exit status.
class BadCommandLineTest {
  private static UsageException parse(String... args) {
    return catchThrowableOfType(UsageException.class, () -> CommandLine.parse("pen 1.0", args));
  }

  private static void assertRefused(UsageException refusal, String... parts) {
    assertThat(refusal).isNotNull();
    assertThat(refusal.exitStatus()).isEqualTo(2);
    assertThat(refusal)
        .message()
        .startsWith("pen: ")
        .endsWith(
            "\nusage: pen [options] [[host:]port|/path/to/socket server ...]\ntry: pen --help")
        .contains(parts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "-b x | option -b (seconds) is 'x', expected a number from 0 to",
        "-b -1 | option -b (seconds) is '-1'",
        "-b -r | option -b (seconds) is '-r'",
        "-t 0 | option -t (seconds) is '0', expected a number from 1 to",
        "-T 1.5 | option -T (seconds) is '1.5'",
        "-c 0 | option -c is '0', expected a number from 1 to",
        "-x 0 | option -x is '0', expected a number from 1 to",
        "-m 0 | option -m is '0', expected a number from 1 to",
        "-q 49 | option -q is '49', expected a number from 50 to",
        "-S x | option -S is 'x', expected a number from 0 to",
        "--loops 1025 | option --loops is '1025', expected a number from 1 to 1024",
        "--idle-timeout x | option --idle-timeout (seconds) is 'x', expected",
        "--drain x | option --drain (seconds) is 'x', expected",
        "--udp-timeout 0 | option --udp-timeout (seconds) is '0', expected a number from 1 to",
        "--udp-unanswered -1 | option --udp-unanswered is '-1', expected a number from 0 to",
        "--resolve x | option --resolve (seconds) is 'x', expected",
        "--tcp-fastclose sideways | is 'sideways', expected up, down, both or off",
        "--source web1 | --source is 'web1', expected an IP address",
        "--source 127.1 | --source is '127.1', expected an IP address",
        "-e :80 | ':80' has no valid host, expected host[:port",
        "-B web1:99999 | 'web1:99999': port is '99999', expected a number from 0 to 65535",
        "-l loghost:x | option -l 'loghost:x': port is 'x', expected a number from 1 to 65535",
        "-l loghost: | option -l 'loghost:': port is '', expected a number from 1 to 65535",
        "-i | option -i installs a service on Windows",
        "-y | Unknown option: '-y'",
        "--nonsense | Unknown option: '--nonsense'",
        "-ry | -y",
      })
  void wrongOptionIsNamedWithWhatWasExpected(String options, String part) {
    assertRefused(parse((options + " 80 web1").split(" ", -1)), part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "65536 web1 | '65536', expected a number from 0 to 65535",
        "80 web1:80:x | server 'web1:80:x': max is 'x', expected a number",
        "80 web1:1:2:3:4:5:6 | too many parts, expected host[:port",
        "80 2001:db8::1 | '2001:db8::1' is an IPv6 address, expected brackets: [2001:db8::1]:port",
        "80 ::1:80 | server '::1:80' is an IPv6 address, expected brackets",
        "run/pen web1 | address 'run/pen' is not understood, expected [host:]port or /path/to/",
        "[::1 web1 | '[::1'",
        "[::1] web1 | '[::1]' is not understood, expected [host:]port or /path/to/socket",
        "/run/pen web1 | server 'web1' needs a port",
        "0 web1 | server 'web1' needs a port",
        "80 | no servers for 80",
      })
  void wrongAddressIsNamedWithWhatWasExpected(String line, String part) {
    assertRefused(parse(line.split(" ", -1)), part);
  }

  @Test
  void nothingAtAllIsExplained() {
    assertRefused(parse(), "no address to listen on, and no servers");
    assertRefused(parse("-r"), "no address to listen on, and no servers");
    assertRefused(parse("", "web1"), "address '' is not understood, expected [host:]port");
    assertRefused(parse("80", ""), "'' has no valid host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-b", "--blacklist", "-l", "-rb", "--tcp-fastclose"})
  void optionWithoutItsValue(String last) {
    assertRefused(parse("80", "web1", last), "option '-");
  }

  @Test
  void flagTakesNoValue() {
    assertRefused(parse("--hash=yes", "80", "web1"), "--hash");
    assertRefused(parse("--roundrobin=false", "80", "web1"), "--roundrobin");
  }

  @ParameterizedTest
  @CsvSource({"-p, a file", "-j, a directory", "-w, a file", "-u, a user", "-l, a file or host"})
  void emptyNameIsRefused(String option, String expected) {
    assertRefused(
        parse(option, "", "80", "web1"),
        "option " + option + " has an empty value, expected " + expected);
  }

  @Test
  void whatWasGivenDoesNotSteerTheTerminal() {
    assertRefused(parse("80", "web\u001b[31m1\n:80"), "'web?[31m1?:80' has no valid host");
    assertRefused(parse("--\u001b[31m", "80", "web1"), "'--?[31m'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-p", "-j", "-w"})
  void pathThatTheSystemCannotNameIsRefused(String option) {
    assertRefused(parse(option, "a\0b", "80", "web1"), "option " + option);
  }

  static List<OptionSpec> notYet() {
    return Options.spec().options().stream()
        .filter(option -> option.description()[0].contains("(not available yet)"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("notYet")
  void optionThatIsStillToComeIsRefusedByEachOfItsNames(OptionSpec option) {
    for (var name : option.names()) {
      var args = new ArrayList<>(List.of(name));
      if (option.arity().max() > 0) {
        args.add("value");
      }
      args.addAll(List.of("80", "web1"));
      assertRefused(
          parse(args.toArray(String[]::new)),
          "option " + option.names()[0] + " is not available yet");
    }
  }

  @Test
  void someOptionsAreStillToCome() {
    assertThat(notYet()).isNotEmpty();
  }

  @Test
  void helpIsNoError() {
    var help = parse("--help");
    assertThat(help.exitStatus()).isZero();
    assertThat(help)
        .message()
        .startsWith("usage: pen [options]")
        .contains("-h, --hash", "-b, --blacklist=SEC", "ADDRESS", "SERVER", "--help");
    assertThat(help.getMessage().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void helpAndVersionComeBeforeWhatIsMissing() {
    assertThat(parse("-x", "0", "--help").exitStatus()).isZero();
    for (var option : List.of("--version", "-V")) {
      assertThat(parse(option)).hasMessage("pen 1.0");
      assertThat(parse(option).exitStatus()).isZero();
    }
  }

  @Property(tries = 2000)
  void anyArgumentsAreUnderstoodOrRefused(@ForAll("arguments") List<String> arguments) {
    try {
      var launch = CommandLine.parse("pen 1.0", arguments.toArray(String[]::new));
      boolean more = launch.configurationFile() != null || !launch.commands().isEmpty();
      assertThat(launch.demo() || more || !launch.service().servers().isEmpty()).isTrue();
    } catch (UsageException e) {
      assertThat(e.exitStatus()).isIn(0, 2);
      assertThat(e.getMessage()).isNotBlank();
      if (e.exitStatus() == 2) {
        assertRefused(e, "usage");
      }
    }
  }

  @Provide
  Arbitrary<List<String>> arguments() {
    var options = new ArrayList<String>();
    Options.spec().options().forEach(option -> options.addAll(List.of(option.names())));
    options.removeAll(List.of("--help", "-V", "--version")); // they would hide the rest
    var available = new ArrayList<>(options);
    notYet().forEach(option -> available.removeAll(List.of(option.names())));
    var values =
        Arbitraries.of(
            "80",
            "web1",
            "web1:80",
            "0",
            "-1",
            "",
            "[::1]:80:1:2",
            ":::80",
            "/run/pen",
            "http",
            "both",
            "192.0.2.1",
            "99999999999",
            "--",
            "-",
            "=",
            "@file",
            "${env:HOME}",
            "a\0b",
            "/\0",
            "'",
            "\"a b\"",
            "a=b",
            "\ud800",
            "\u00fc",
            "-rfS",
            "--hash=",
            "--no-hash");
    return Arbitraries.frequencyOf(
            Tuple.of(4, values),
            Tuple.of(4, Arbitraries.of(available)),
            Tuple.of(1, Arbitraries.of(options)),
            Tuple.of(1, Arbitraries.of(available).flatMap(o -> values.map(v -> o + v))),
            Tuple.of(1, Arbitraries.strings().ofMaxLength(12)))
        .list()
        .ofMaxSize(10);
  }
}
