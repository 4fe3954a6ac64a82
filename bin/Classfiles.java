import static java.lang.classfile.ClassFile.StackMapsOption.GENERATE_STACK_MAPS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// A step of the build, run by `bin/image`: gives the classes of a jar the format of this JDK.
///
/// picocli is compiled for Java 5, whose class files have no stack maps. They need the JVM's old
/// verifier, and the AOT cache does not take them: that is 70 of 160 ms of every start of pen.
/// The code itself stays as it is; a jar without such classes is left alone.
void main(String[] args) throws IOException {
  for (var arg : args) {
    modernize(Path.of(arg));
  }
}

/// The last version whose class files may lack stack maps.
static final int OLD = ClassFile.JAVA_6_VERSION;

static void modernize(Path jar) throws IOException {
  var rewritten = jar.resolveSibling(jar.getFileName() + ".new");
  boolean changed = false;
  try (var in = new ZipFile(jar.toFile());
      var out = new ZipOutputStream(Files.newOutputStream(rewritten))) {
    var format = ClassFile.of(
        GENERATE_STACK_MAPS,
        DeadCodeOption.PATCH_DEAD_CODE,
        ClassHierarchyResolverOption.of(hierarchy(in)));
    for (var entry : Collections.list(in.entries())) {
      var bytes = in.getInputStream(entry).readAllBytes();
      if (entry.getName().endsWith(".class")) {
        var old = format.parse(bytes);
        if (old.majorVersion() <= OLD) {
          bytes = format.transformClass(old, newest());
          changed = true;
        }
      }
      var copy = new ZipEntry(entry.getName());
      copy.setTime(entry.getTime());
      out.putNextEntry(copy);
      out.write(bytes);
    }
    out.setComment("pen's build has rewritten the class files of " + jar.getFileName()
        + " for Java " + Runtime.version().feature() + "; their code is unchanged");
  } catch (IOException | RuntimeException e) {
    Files.deleteIfExists(rewritten);
    throw e;
  }
  if (changed) {
    Files.move(rewritten, jar, StandardCopyOption.ATOMIC_MOVE);
  } else {
    Files.delete(rewritten);
  }
}

/// Instructions are written anew one by one, as only then stack maps are made.
static ClassTransform newest() {
  return ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
      .andThen(ClassTransform.endHandler(
          type -> type.withVersion(ClassFile.latestMajorVersion(), 0)));
}

static ClassHierarchyResolver hierarchy(ZipFile jar) {
  return ClassHierarchyResolver.ofResourceParsing(type -> {
    var name = type.descriptorString().substring(1, type.descriptorString().length() - 1);
    var entry = jar.getEntry(name + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }).orElse(ClassHierarchyResolver.defaultResolver());
}
