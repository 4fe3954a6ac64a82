package org.penlb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.control.Commands;
import org.penlb.control.ControlClient;

/// The command `penctl`: sends a command to a running pen and prints the reply.
///
/// Owned by: the main thread. Scripts call it often: it starts in some 0.1 s, as it has few classes
/// and neither logs nor needs a library.
public final class Penctl {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;

  /// Deviation from pen: there it is 0.
  static final int ERROR_REPLIED = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String USAGE = "usage: penctl [--json] [host:]port|/path/to/socket command";

  private static final String HELP =
      USAGE
          + """


          Sends a command to a pen that was started with -C, and prints the reply.

            --json         have the reply in JSON
            --help         print this
            -V, --version  print the version

          The exit status is 0 if pen has replied, or done it without a word; 1 if there is no
          connection, or no whole reply; 2 if penctl is used wrongly; 3 if the reply is an error.

          penctl 8888 servers
          penctl 8888 server 0 weight 5
          penctl /run/pen.control status >status.html\
          """;

  private static final byte[] ERROR = Commands.ERROR.getBytes(US_ASCII);

  private final OutputStream out;
  private final PrintStream err;
  private final Duration patience;

  private Penctl(OutputStream out, PrintStream err, Duration patience) {
    this.out = out;
    this.err = err;
    this.patience = patience;
  }

  public static void main(String[] args) {
    int status = run(args, new FileOutputStream(FileDescriptor.out), System.err, PATIENCE);
    System.err.flush();
    Runtime.getRuntime().halt(status); // there is nothing to wait for
  }

  /// @param patience how long pen may say nothing
  static int run(String[] args, OutputStream out, PrintStream err, Duration patience) {
    return new Penctl(out, err, patience).run(args);
  }

  private int run(String[] args) {
    boolean json = args.length > 0 && args[0].equals("--json");
    var words = json ? Arrays.copyOfRange(args, 1, args.length) : args;
    if (words.length > 0 && words[0].startsWith("-")) {
      return option(words[0]);
    }
    if (words.length < 2) {
      return misused(words.length == 0 ? "no address" : "no command");
    }
    var command = String.join(" ", Arrays.copyOfRange(words, 1, words.length));
    var objection = objection(json ? "json " + command : command);
    if (objection != null) {
      return misused(objection);
    }
    try {
      var endpoint = ControlClient.local(Endpoint.parse(words[0]));
      return ask(endpoint, json ? "json " + command : command);
    } catch (BadSettingException e) {
      return misused(e.getMessage());
    }
  }

  private int option(String option) {
    return switch (option) {
      case "--help" -> say(HELP);
      case "-V", "--version" -> say("penctl " + Version.TEXT);
      default -> misused("unknown option " + option);
    };
  }

  private int say(String text) {
    try {
      out.write((text + "\n").getBytes(UTF_8));
      return DONE;
    } catch (IOException e) {
      return cannotWrite(e);
    }
  }

  private int misused(String why) {
    err.println("penctl: " + why.replaceAll("\\p{Cntrl}", "?"));
    err.println(USAGE);
    return WRONG_USAGE;
  }

  /// What is wrong with a command, null if nothing is.
  private static String objection(String command) {
    int length = command.getBytes(UTF_8).length;
    if (length > ControlClient.COMMAND_BYTES) {
      return "the command has "
          + length
          + " bytes, pen reads "
          + ControlClient.COMMAND_BYTES
          + " at most";
    }
    if (command.indexOf('\n') >= 0) {
      return "the command has more than one line";
    }
    if (command.indexOf('\ufffd') >= 0) { // what Java makes of bytes that are no text to it
      return "the command is not text in this locale, try LC_ALL=C.UTF-8";
    }
    return null;
  }

  // ---- the conversation -----------------------------------------------------------------------

  private int ask(Endpoint endpoint, String command) {
    try (var client = ControlClient.connect(endpoint, patience)) {
      return ask(client, endpoint, command);
    } catch (IOException e) {
      return failed("cannot connect to " + endpoint + ": " + e.getMessage() + hint(e, endpoint));
    }
  }

  private static String hint(IOException e, Endpoint endpoint) {
    var message = String.valueOf(e.getMessage());
    if (message.startsWith("Permission denied")) {
      return ": the socket is for the user who started pen, and root";
    }
    return e instanceof ConnectException || message.startsWith("No such file")
        ? ": is pen running with -C " + endpoint + "?"
        : "";
  }

  private int ask(ControlClient client, Endpoint endpoint, String command) {
    var buffer = ByteBuffer.allocate(64 * 1024);
    var begin = new byte[ERROR.length];
    int known = 0;
    try {
      client.send(command);
      while (client.read(buffer.clear()) >= 0) {
        int more = Math.min(begin.length - known, buffer.flip().remaining());
        buffer.get(0, begin, known, more);
        known += more;
        try {
          out.write(buffer.array(), 0, buffer.limit());
        } catch (IOException e) {
          return cannotWrite(e);
        }
      }
      return Arrays.equals(begin, ERROR) ? ERROR_REPLIED : DONE;
    } catch (IOException e) {
      var hint = e instanceof SocketTimeoutException ? ": is it pen's -C that listens there?" : "";
      return failed("no whole reply from " + endpoint + ": " + e.getMessage() + hint);
    }
  }

  private int cannotWrite(IOException e) {
    // A reader that has enough, as head(1), is none of our troubles.
    var message = String.valueOf(e.getMessage());
    return message.equals("Broken pipe") ? FAILED : failed("cannot write: " + message);
  }

  private int failed(String why) {
    err.println("penctl: " + why);
    return FAILED;
  }
}
