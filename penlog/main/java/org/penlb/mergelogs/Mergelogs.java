package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.penlb.mergelogs.Arguments.UsageException;
import org.penlb.penlog.Version;
import org.penlb.unix.Filesystem;
import org.penlb.unix.Terminal;

/// The command `mergelogs`: one log from those of the web servers behind a pen, with the clients
/// that pen has seen.
///
/// Owned by: the main thread.
public final class Mergelogs {
  static final int DONE = 0;
  static final int FAILED = 1;

  private static final int STDERR = 2;
  private static final int EACH_LINE = 2;

  private final Arguments arguments;
  private final OutputStream out;
  private final PrintStream err;
  private final List<LogInput> inputs = new ArrayList<>();
  private final Tally penTally = new Tally();
  private final List<WebLog> webLogs = new ArrayList<>();
  private int status = DONE;
  private Progress progress;

  private Mergelogs(Arguments arguments, OutputStream out, PrintStream err) {
    this.arguments = arguments;
    this.out = out;
    this.err = err;
  }

  public static void main(String[] args) {
    int status = run(args, new FileOutputStream(FileDescriptor.out), System.err);
    System.err.flush();
    Runtime.getRuntime().halt(status); // there is nothing to wait for
  }

  static int run(String[] args, OutputStream out, PrintStream err) {
    try {
      return new Mergelogs(Arguments.parse(Version.TEXT, args), out, err).run();
    } catch (UsageException e) {
      (e.status() == DONE ? new PrintStream(out, true) : err).println(e.getMessage());
      return e.status();
    }
  }

  private int run() throws UsageException {
    try {
      var servers = Servers.lookUp(arguments.servers());
      merge(servers);
    } catch (Servers.GivenTwiceException e) {
      throw Arguments.misuse(e.getMessage());
    } catch (IOException e) {
      say(e.getMessage());
    } catch (OutOfMemoryError _) {
      webLogs.clear();
      say("memory does not hold so much time at once: give a smaller -j, no -c, or more memory");
    }
    return status;
  }

  private void merge(Servers servers) throws IOException, UsageException {
    try {
      inputs.add(LogInput.open(arguments.penLog(), this::say));
      for (var log : arguments.logs()) {
        inputs.add(LogInput.open(log.file(), this::say));
      }
      refuseToOverwrite();
      try (var rejects = rejects()) {
        merge(servers, rejects);
      }
    } finally {
      inputs.forEach(LogInput::close);
    }
    new Summary(arguments, penTally, webLogs).print(err);
  }

  private Rejects rejects() throws IOException {
    return arguments.rejects() == null ? Rejects.none() : Rejects.to(arguments.rejects());
  }

  private void refuseToOverwrite() throws IOException, UsageException {
    if (arguments.rejects() == null || !new File(arguments.rejects()).exists()) {
      return;
    }
    var rejects = LogInput.path(arguments.rejects());
    for (var input : arguments.inputs()) {
      if (Files.isSameFile(LogInput.path(input), rejects)) {
        throw Arguments.misuse("--rejects " + arguments.rejects() + " is one of the logs");
      }
    }
  }

  private void merge(Servers servers, Rejects rejects) throws IOException {
    progress = new Progress(inputs, System::nanoTime, () -> Terminal.isTerminal(STDERR), err);
    var garbage = new Garbage();
    var pen =
        new PenLog(
            new LogReader(inputs.getFirst(), rejects, penTally, progress::step),
            servers,
            PenTime.of(arguments.offsetSeconds()),
            arguments.reachSeconds(),
            penTally,
            garbage);
    for (int i = 0; i < arguments.logs().size(); i++) {
      var tally = new Tally();
      var reader = new LogReader(inputs.get(i + 1), rejects, tally, progress::step);
      webLogs.add(new WebLog(i, reader, arguments.jitterSeconds(), tally, garbage));
    }
    try (var merged = new MergedLog(out)) {
      new Merge(pen, webLogs, merged, this::unmatched, garbage, progress::step).run();
    } catch (IOException e) {
      cannotWrite(e);
    } finally {
      progress.end();
    }
  }

  // ---- what there is to say -------------------------------------------------------------------

  private void cannotWrite(IOException e) {
    // A reader that has enough, as head(1), is none of our troubles.
    if (String.valueOf(e.getMessage()).equals("Broken pipe")) {
      status = FAILED;
    } else {
      say("cannot write: " + Filesystem.reason(e));
    }
  }

  private void say(String trouble) {
    if (progress != null) {
      progress.end();
    }
    err.println("mergelogs: " + printable(trouble));
    status = FAILED;
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private void unmatched(int server, byte[] bytes, int from, int to) {
    if (arguments.debug() >= EACH_LINE) {
      var line = new String(bytes, from, to - from, ISO_8859_1);
      err.println(
          "mergelogs: no client: "
              + arguments.logs().get(server).server()
              + ": "
              + line.replaceAll("[^ -~]", "?"));
    }
  }
}
