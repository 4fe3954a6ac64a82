package org.penlb;

/// The command `pen`.
public final class Pen {
  private Pen() {}

  public static void main(String[] args) {
    System.out.println("pen");
  }
}
