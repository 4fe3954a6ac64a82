package org.penlb.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What a test of the command has: web servers and a pen, which end with it, and names of files.
abstract class Scene {
  @TempDir Path dir;

  /// A configuration, and a control socket; neither is there yet.
  Path file;

  Path socket;

  /// Null until the test starts one.
  PenProcess pen;

  /// In the order of their start.
  final List<WebServer> webs = new ArrayList<>();

  @BeforeEach
  void nameFiles() {
    file = dir.resolve("pen.conf");
    socket = dir.resolve("control");
  }

  WebServer web(String name) throws IOException {
    var web = new WebServer(name);
    webs.add(web);
    return web;
  }

  @AfterEach
  void endAll() throws IOException {
    if (pen != null) {
      pen.close();
    }
    for (var web : webs) {
      web.close();
    }
  }
}
