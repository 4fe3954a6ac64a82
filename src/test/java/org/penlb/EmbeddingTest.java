package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The README's example of a balancer inside a program compiles, runs and says what it should.
class EmbeddingTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```java\\s*\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern CLASS = Pattern.compile("public (?:final )?class (\\w+)");

  @TempDir private Path classes;

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  @Test
  @Timeout(60)
  void exampleOfTheReadmePrintsTheAnswerAndOneConnection() throws Exception {
    var block = BLOCK.matcher(Files.readString(readme()));
    assertThat(block.find()).as("the README has a ```java block").isTrue();
    var name = CLASS.matcher(block.group(1));
    assertThat(name.find()).as("the block is a class").isTrue();

    compile(name.group(1), block.group(1));
    var lines = run(name.group(1)).lines().map(String::strip).toList();
    assertThat(lines.size()).isGreaterThanOrEqualTo(2);
    assertThat(lines.getFirst()).as("the answer").isNotBlank();
    assertThat(lines.getLast()).as("connections that were accepted").matches("1( connection)?");
  }

  /// Tests run in the module's directory or in that of the whole.
  private static Path readme() {
    var directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("README.md")) && directory.getParent() != null) {
      directory = directory.getParent();
    }
    var readme = directory.resolve("README.md");
    assertThat(readme).exists();
    return readme;
  }

  private void compile(String name, String text) {
    var messages = new java.io.StringWriter();
    var options =
        List.of(
            "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", classes.toString());
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(messages, null, null, options, null, List.of(new Source(name, text)))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
  }

  private String run(String name) throws Exception {
    var out = new ByteArrayOutputStream();
    var before = System.out;
    try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()});
        var capture = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      System.setOut(capture);
      var main = loader.loadClass(name).getMethod("main", String[].class);
      main.invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
