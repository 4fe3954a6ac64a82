package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A copy of target/pen is an installation.
class InstallationIT {
  @TempDir private Path dir;

  @BeforeEach
  void build() throws Exception {
    PenProcess.run(PenProcess.PEN, "--version");
  }

  private String install(String how, String name) throws Exception {
    var target = dir.resolve(name);
    var built = PenProcess.ROOT.resolve("target/pen").toString();
    assertThat(PenProcess.run("cp", how, built, target.toString()).status()).isZero();
    return target.resolve("bin/pen").toString();
  }

  private static void startsAndServes(ProcessBuilder command) throws Exception {
    try (var web = new WebServer("a")) {
      command.command().addAll(List.of("-f", "127.0.0.1:0", web.address()));
      try (var pen = PenProcess.start(command)) {
        assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
        assertThat(pen.stderr().lines()).singleElement().asString().contains("listening");
      }
    }
  }

  @Test
  void itStartsFromWhereverItWasCopied() throws Exception {
    var pen = install("-r", "copy");
    assertThat(PenProcess.run(pen, "--version").err()).isEmpty();
    startsAndServes(new ProcessBuilder(pen));
  }

  @Test
  void itStartsFromAPathWithSpaces() throws Exception {
    startsAndServes(new ProcessBuilder(install("-a", "with some  spaces")));
  }

  @Test
  void itStartsThroughLinksAndFromAnotherDirectory() throws Exception {
    install("-a", "copy");
    var links = Files.createDirectory(dir.resolve("sbin"));
    Files.createSymbolicLink(links.resolve("pen"), Path.of("pen2"));
    Files.createSymbolicLink(links.resolve("pen2"), Path.of("../copy/bin/pen"));
    startsAndServes(new ProcessBuilder("./pen").directory(links.toFile()));
    var search = new ProcessBuilder("sh", "-c", "exec pen \"$@\"", "sh");
    search.environment().merge("PATH", links + ":", (old, more) -> more + old);
    startsAndServes(search);
  }

  @Test
  void itHasBothCommandsTheirPagesAndTheirCompletion() throws Exception {
    var root = Path.of(install("-r", "copy")).resolve("../..").normalize();
    for (var page : List.of("pen.1", "penctl.1", "pen.conf.5")) {
      assertThat(root.resolve("man").resolve(page))
          .hasSameTextualContentAs(PenProcess.ROOT.resolve("man").resolve(page));
    }
    for (var command : List.of("pen", "penctl")) {
      assertThat(PenProcess.run(root.resolve("bin").resolve(command).toString(), "--version").out())
          .startsWith(command + " ");
      assertThat(root.resolve("share/bash-completion/completions").resolve(command))
          .hasSameTextualContentAs(PenProcess.ROOT.resolve("bin/pen.bash-completion"));
    }
  }

  @Test
  void theSourceTreesCommandStartsThroughALink() throws Exception {
    var link = Files.createSymbolicLink(dir.resolve("pen"), Path.of(PenProcess.PEN));
    try {
      startsAndServes(new ProcessBuilder(link.toString()));
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void aDaemonStartsFromItToo() throws Exception {
    var pen = install("-r", "with some  spaces");
    var pidFile = dir.resolve("pid");
    int port = WebServer.freePort();
    try (var web = new WebServer("a")) {
      var outcome =
          PenProcess.run(pen, "-p", pidFile.toString(), "127.0.0.1:" + port, web.address());
      assertThat(outcome).isEqualTo(new PenProcess.Outcome(0, "", ""));
      assertThat(WebServer.get("127.0.0.1", port, "/")).isEqualTo("a");
    } finally {
      if (Files.exists(pidFile)) {
        PenProcess.end(Long.parseLong(Files.readString(pidFile).strip()));
      }
    }
  }

  @Test
  void theCacheOfACopyIsUsed() throws Exception {
    var command = new ProcessBuilder(install("-r", "copy"), "--version");
    command.environment().put("PEN_JAVA_OPTS", "-Xlog:class+load:stdout");
    var cached = "org.penlb.Pen source: shared objects file";
    var built = PenProcess.ROOT.resolve("target/pen/lib/pen.aot");
    Programs.require(Files.exists(built), "an AOT cache");
    assertThat(PenProcess.run(command).out()).contains(cached);
  }
}
