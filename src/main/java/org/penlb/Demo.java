package org.penlb;

import java.io.PrintStream;

final class Demo {
  private final PrintStream out;

  Demo(PrintStream out) {
    this.out = out;
  }

  int run() {
    out.println("demo");
    return 0;
  }
}
