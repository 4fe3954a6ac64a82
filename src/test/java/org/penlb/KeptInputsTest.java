package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Inputs that the fuzzing begins with, and those that once were findings.
class KeptInputsTest {
  private static Path inputs() throws Exception {
    return Path.of(KeptInputsTest.class.getResource("/fuzz").toURI());
  }

  private static Stream<Class<?>> targets() {
    return Arrays.stream(FuzzTargets.class.getDeclaredClasses());
  }

  @TestFactory
  Stream<DynamicTest> noneIsAFinding() {
    return targets()
        .flatMap(
            target -> {
              try (var files = Files.list(inputs().resolve(target.getSimpleName()))) {
                return files.toList().stream()
                    .map(
                        file ->
                            DynamicTest.dynamicTest(
                                target.getSimpleName() + " " + file.getFileName(),
                                () -> run(target, Files.readAllBytes(file))));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
  }

  private static void run(Class<?> target, byte[] input) throws Throwable {
    try {
      target.getMethod("fuzzerTestOneInput", byte[].class).invoke(null, (Object) input);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Test
  void everyTargetHasInputsToBeginWith() throws Exception {
    assertThat(targets()).hasSize(5);
    for (var target : targets().toList()) {
      assertThat(inputs().resolve(target.getSimpleName())).isNotEmptyDirectory();
    }
  }
}
