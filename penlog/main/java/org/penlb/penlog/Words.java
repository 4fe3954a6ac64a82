package org.penlb.penlog;

import java.io.PrintStream;
import org.penlb.unix.Syslog;

/// What a tool tells its administrator, on stderr or, in the background, to syslog.
///
/// Owned by: shared (any thread may say something).
///
/// @param name of the command
/// @param err null: to syslog
record Words(String name, PrintStream err, Syslog syslog) {
  static Words toStderr(String name) {
    return new Words(name, System.err, null);
  }

  static Words toSyslog(String name) {
    return new Words(name, null, Syslog.open(name, Syslog.Facility.USER));
  }

  void say(String text) {
    say(Syslog.Priority.NOTICE, text);
  }

  void debug(String text) {
    say(Syslog.Priority.DEBUG, text);
  }

  private void say(Syslog.Priority priority, String text) {
    if (err == null) {
      syslog.log(priority, text);
    } else {
      err.println(name + ": " + printable(text));
    }
  }

  /// What came from outside must not steer the terminal that shows it.
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
