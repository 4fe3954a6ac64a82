package org.penlb.penlog;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Who may import whom in this module. Sizes and names are the business of the test of the same
/// name in `src`, which reads the sources of all modules.
class HouseTest {
  private static final String ROOM = "org.penlb.penlog";
  private static final String MERGING = "org.penlb.mergelogs";
  private static final String ENTRANCE = "org.penlb.logtools";
  private static final String UNIX = "org.penlb.unix";

  private static com.tngtech.archunit.core.domain.JavaClasses classes() throws URISyntaxException {
    var place = Address.class.getProtectionDomain().getCodeSource().getLocation();
    return new ClassFileImporter().importPath(Path.of(place.toURI()));
  }

  private static DescribedPredicate<JavaClass> ofOursBut(String... rooms) {
    return DescribedPredicate.describe(
        "of ours but " + String.join(", ", rooms),
        type ->
            type.getPackageName().startsWith("org.penlb")
                && !java.util.List.of(rooms).contains(type.getPackageName()));
  }

  @Test
  void theToolsKnowNothingOfPen() throws Exception {
    var classes = classes();
    assertThat(classes.contain(PenLine.class)).isTrue();
    noClasses()
        .should()
        .dependOnClassesThat(ofOursBut(ENTRANCE, ROOM, MERGING, UNIX))
        .check(classes);
  }

  @Test
  void penlogdKnowsNothingOfMergelogs() throws Exception {
    noClasses()
        .that()
        .resideInAPackage(ROOM)
        .should()
        .dependOnClassesThat(ofOursBut(ROOM, UNIX))
        .check(classes());
  }
}
