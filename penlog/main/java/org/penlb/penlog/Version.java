package org.penlb.penlog;

/// The version of the log tools, from the manifest of their jar.
public final class Version {
  public static final String TEXT = text();

  private Version() {}

  private static String text() {
    var version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "from the source tree" : version;
  }
}
