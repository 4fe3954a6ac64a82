package org.penlb;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/// What the house test wants to know of the source files, as the compiler's parser sees them.
final class Sources {
  /// @param mutable it has a field that changes
  record Type(Path file, String name, boolean topLevel, boolean mutable) {}

  record Method(Path file, String name, long lines) {}

  final List<Path> files;
  final List<Type> types = new ArrayList<>();
  final List<Method> methods = new ArrayList<>();

  private Sources(List<Path> files) {
    this.files = files;
  }

  /// All Java files of all modules.
  static Sources read() throws IOException {
    var root = root();
    var files = new ArrayList<Path>();
    for (var module : List.of("unix", "src", "penlog", "bench")) {
      try (Stream<Path> found = Files.walk(root.resolve(module))) {
        found.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
      }
    }
    var sources = new Sources(files);
    sources.parse();
    return sources;
  }

  /// The source tree, above the module in which tests run.
  static Path root() {
    var directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("bin/pen"))) {
      directory = directory.getParent();
    }
    return directory;
  }

  private void parse() throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var units = manager.getJavaFileObjectsFromPaths(files);
      var task = (JavacTask) compiler.getTask(null, manager, null, null, null, units);
      var positions = Trees.instance(task).getSourcePositions();
      for (var unit : task.parse()) {
        var _ = new Reader(unit, positions).scan(unit, null);
      }
    }
  }

  private final class Reader extends TreePathScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final Path file;

    Reader(CompilationUnitTree unit, SourcePositions positions) {
      this.unit = unit;
      this.positions = positions;
      this.file = Path.of(unit.getSourceFile().toUri());
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      boolean topLevel = getCurrentPath().getParentPath().getLeaf().equals(unit);
      boolean mutable = type.getMembers().stream().anyMatch(Reader::canChange);
      types.add(new Type(file, type.getSimpleName().toString(), topLevel, mutable));
      return super.visitClass(type, null);
    }

    private static boolean canChange(Object member) {
      return member instanceof VariableTree field
          && !field.getModifiers().getFlags().contains(Modifier.FINAL);
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      var lines = unit.getLineMap();
      long start = positions.getStartPosition(unit, method);
      long end = positions.getEndPosition(unit, method);
      if (end >= 0) { // absent for what the compiler adds
        methods.add(
            new Method(
                file,
                method.getName().toString(),
                lines.getLineNumber(end) - lines.getLineNumber(start) + 1));
      }
      return super.visitMethod(method, null);
    }
  }
}
