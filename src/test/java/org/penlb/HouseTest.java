package org.penlb;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The rules of the house: who may import whom, how large files and methods are, how they are
/// named.
class HouseTest {
  private static final int FILE_LINES = 500;
  private static final int METHOD_LINES = 60;

  private static final String ROOT = "";

  /// Rooms that each room may import. A room that is not here is a decision to take first.
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          entry("acl", Set.of()),
          entry("log", Set.of("unix")),
          entry("stats", Set.of("unix")),
          entry("config", Set.of("acl")),
          entry("loop", Set.of("log", "unix")),
          entry("balance", Set.of("acl", "config", "stats")),
          entry("language", Set.of("acl", "balance", "config", "stats", "unix")),
          entry("http", Set.of("log", "loop")),
          entry("tcp", Set.of("acl", "balance", "config", "http", "log", "loop", "stats", "unix")),
          entry("udp", Set.of("acl", "balance", "config", "log", "loop", "stats", "unix")),
          entry(
              "control",
              Set.of(
                  "acl", "balance", "config", "language", "log", "loop", "stats", "tcp", "unix")),
          entry(
              ROOT,
              Set.of(
                  "acl",
                  "balance",
                  "config",
                  "control",
                  "http",
                  "language",
                  "log",
                  "loop",
                  "stats",
                  "tcp",
                  "udp",
                  "unix")));

  private static final JavaClasses CLASSES = classes();
  private static final Sources SOURCES = sources();

  private static JavaClasses classes() {
    try {
      var classes = Pen.class.getProtectionDomain().getCodeSource().getLocation();
      return new ClassFileImporter().importPath(Path.of(classes.toURI()));
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Sources sources() {
    try {
      return Sources.read();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void roomsImportOnlyWhatTheyMay() {
    var forbidden = new TreeSet<String>();
    for (var type : CLASSES) {
      var room = room(type.getPackageName());
      assertThat(MAY_IMPORT).as("rooms, for %s", type.getName()).containsKey(room);
      for (var dependency : type.getDirectDependenciesFromSelf()) {
        var target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith("org.penlb")
            && !room(target.getPackageName()).equals(room)
            && !MAY_IMPORT.get(room).contains(room(target.getPackageName()))) {
          forbidden.add(type.getName() + " -> " + target.getName());
        }
      }
    }
    assertThat(forbidden).isEmpty();
  }

  private static String room(String packageName) {
    return packageName.equals("org.penlb") ? ROOT : packageName.substring("org.penlb.".length());
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("org.penlb.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void choiceOfServerHasNoSocketsThreadsOrClock() {
    var balance = noClasses().that().resideInAPackage("org.penlb.balance");
    balance
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.nio\\..*|java\\.net\\..*Socket|java\\.lang\\.Thread|java\\.time\\.Clock"
                + "|java\\.util\\.concurrent\\..*(Execut|Timer).*")
        .check(CLASSES);
    balance.should().callMethod(System.class, "nanoTime").check(CLASSES);
    balance.should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
  }

  @Test
  void filesAreOfAReadableSize() throws IOException {
    var tooLong = new ArrayList<String>();
    for (var file : SOURCES.files) {
      try (var lines = Files.lines(file)) {
        long count = lines.count();
        if (count > FILE_LINES) {
          tooLong.add(file + ": " + count);
        }
      }
    }
    assertThat(tooLong).isEmpty();
    assertThat(SOURCES.files).hasSizeGreaterThan(50);
  }

  @Test
  void methodsAreOfAReadableSize() {
    assertThat(SOURCES.methods.stream().filter(method -> method.lines() > METHOD_LINES)).isEmpty();
    assertThat(SOURCES.methods).hasSizeGreaterThan(300);
  }

  @Test
  void classesHaveNamesThatSayWhatTheyAre() {
    assertThat(
            SOURCES.types.stream()
                .filter(
                    type ->
                        type.name().matches("(Abstract.*|.*(Manager|Helper|Utils?|Impl|Handler))")))
        .isEmpty();
  }

  @Test
  void everyPackageIsExplained() throws IOException {
    var unexplained = new TreeSet<Path>();
    for (var file : SOURCES.files) {
      if (file.toString().contains("/main/java/")) {
        var explanation = file.resolveSibling("package-info.java");
        if (!Files.exists(explanation) || !Files.readString(explanation).startsWith("///")) {
          unexplained.add(file.getParent());
        }
      }
    }
    assertThat(unexplained).isEmpty();
  }

  @Test
  void everyMutableClassNamesItsOwner() throws IOException {
    var ownerless = new ArrayList<Path>();
    for (var type : SOURCES.types) {
      if (type.topLevel()
          && type.mutable()
          && type.file().toString().contains("/main/java/")
          && !Files.readString(type.file()).contains("\n/// Owned by: ")) {
        ownerless.add(type.file());
      }
    }
    assertThat(ownerless).isEmpty();
  }

  @Test
  void rulesSeeWhatTheyShallForbid() {
    assertThat(SOURCES.types)
        .extracting(Sources.Type::name)
        .contains("Pen", "Connection", "HouseTest");
    assertThat(SOURCES.types.stream().filter(Sources.Type::mutable).map(Sources.Type::name))
        .contains("Connection")
        .doesNotContain("Numbers", "Endpoint");
    assertThat(List.copyOf(MAY_IMPORT.keySet())).contains(room("org.penlb.tcp"), room("org.penlb"));
  }
}
