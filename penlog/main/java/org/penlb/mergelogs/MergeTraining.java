package org.penlb.mergelogs;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the build runs of mergelogs while the JVM records which classes it needs, for the AOT
/// cache.
///
/// Owned by: immutable.
public final class MergeTraining {
  private MergeTraining() {}

  /// Merges two short logs.
  public static void run() throws IOException {
    var directory = Files.createTempDirectory("mergelogs-training");
    var pen = directory.resolve("pen");
    var web = directory.resolve("web");
    Files.writeString(pen, "192.0.2.7 1795176000 127.0.0.1 GET / HTTP/1.1\n");
    Files.writeString(web, "::1 - - [20/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1\nnone\n");
    merge("--help");
    merge("-p", pen.toString(), "localhost:" + web, "[2001:db8::1]:" + web);
    merge("-d", "-t", "0", "-p", pen.toString(), "127.0.0.1:" + web, "10.0.0.1:" + missing(web));
  }

  private static Path missing(Path file) {
    return file.resolveSibling("missing");
  }

  private static void merge(String... arguments) {
    var nowhere = OutputStream.nullOutputStream();
    Mergelogs.run(arguments, nowhere, new PrintStream(nowhere));
  }
}
