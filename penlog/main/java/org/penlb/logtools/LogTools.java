package org.penlb.logtools;

import java.util.Arrays;
import org.penlb.mergelogs.MergeTraining;
import org.penlb.mergelogs.Mergelogs;
import org.penlb.penlog.Penlog;
import org.penlb.penlog.Penlogd;
import org.penlb.penlog.Training;

/// The main class of `penlog.jar`, whose first argument is the command. One for all, as only the
/// main class of a jar has the rights to call C functions that the manifest grants.
public final class LogTools {
  private LogTools() {}

  public static void main(String[] args) throws Throwable {
    if (Training.isAsked()) {
      MergeTraining.run();
      Training.run();
    }
    var name = args.length == 0 ? "" : args[0];
    var rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    switch (name) {
      case "penlog" -> Penlog.main(rest);
      case "penlogd" -> Penlogd.main(rest);
      case "mergelogs" -> Mergelogs.main(rest);
      default -> {
        System.err.println("usage: penlog|penlogd|mergelogs ...");
        System.exit(2);
      }
    }
  }
}
