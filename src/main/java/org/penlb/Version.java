package org.penlb;

/// pen's version, from the manifest of its jar.
final class Version {
  static final String TEXT = text();

  private Version() {}

  private static String text() {
    var version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "from the source tree" : version;
  }
}
