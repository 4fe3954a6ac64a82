package org.penlb.penlog;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.penlb.unix.Signals;

/// The command `penlog`: sends each line of standard input to a penlogd.
///
/// Owned by: the main thread. It has few classes and needs no library: a web server starts one for
/// each of its logs.
public final class Penlog {
  private static final String USAGE =
      "usage: penlog host port [my_ip]\n       penlog host:port [my_ip]";

  private static final String HELP =
      USAGE
          + """


          Sends each line of standard input as a datagram to a penlogd; my_ip is the address of this
          machine by which pen knows it, if it has several.

            --help         print this
            -V, --version  print the version

          CustomLog "|/usr/local/bin/penlog loghost 10000" common\
          """;

  /// How long the lines that have been written before the end are looked after.
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// For so many milliseconds nothing has come.
  private static final int QUIET = 10;

  private static final int PIECE = 64 * 1024;

  private final FileInputStream in = new FileInputStream(FileDescriptor.in);
  private final Outbox outbox;
  private final Trouble trouble;
  private final Pace pace = new Pace(System.nanoTime());
  private final Lines lines = new Lines(this::onLine);

  /// The main thread waits for input, and has nothing of its own that waits.
  private volatile boolean idle;

  private Penlog(Outbox outbox, Trouble trouble) {
    this.outbox = outbox;
    this.trouble = trouble;
  }

  public static void main(String[] args) {
    int status = run(args);
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(status);
  }

  static int run(String[] args) {
    try {
      return start(args);
    } catch (Misuse e) {
      (e.exitStatus() == 0 ? System.out : System.err).println(e.getMessage());
      return e.exitStatus();
    } catch (IOException e) {
      Words.toStderr("penlog").say(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  private static int start(String[] args) throws Misuse, IOException {
    var words = Arrays.asList(args);
    if (words.contains("--help")) {
      throw Misuse.answer(HELP);
    }
    if (words.contains("--version") || words.contains("-V")) {
      throw Misuse.answer("penlog " + Version.TEXT);
    }
    var receiver = Receiver.parse(words);
    if (receiver == null) {
      throw Misuse.wrong(USAGE);
    }
    nameProcess();
    var local = receiver.local() == null ? null : local(receiver.local());
    var address = new InetSocketAddress(resolve(receiver.host(), local), receiver.port());
    var trouble = new Trouble(Words.toStderr("penlog"), receiver.toString());
    try (var outbox = Outbox.open(address, local, trouble)) {
      var penlog = new Penlog(outbox, trouble);
      Signals.on("TERM", penlog::end);
      Signals.on("INT", penlog::end);
      penlog.send();
    }
    return 0;
  }

  /// For ps, top, pgrep and killall, which would know it as java.
  private static void nameProcess() {
    try {
      Files.writeString(Path.of("/proc/self/comm"), "penlog", StandardOpenOption.WRITE);
    } catch (IOException e) { // no /proc: it is java, then
    }
  }

  private static InetAddress local(String text) throws Misuse {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw Misuse.wrong("penlog: " + Words.printable(text) + " is no address\n" + USAGE);
    }
  }

  /// The receiver's address, of the family of ours if that is given.
  private static InetAddress resolve(String host, InetAddress local) throws IOException {
    try {
      var addresses = InetAddress.getAllByName(host);
      for (var address : addresses) {
        if (local == null || local.getClass() == address.getClass()) {
          return address;
        }
      }
      return addresses[0];
    } catch (UnknownHostException e) {
      throw new IOException("unknown host " + host, e);
    }
  }

  private void send() throws IOException {
    var piece = new byte[PIECE];
    idle = true;
    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
      idle = false;
      lines.add(piece, count);
      outbox.flush();
      trouble.onCut(lines.cut());
      idle = true;
    }
    idle = false;
    lines.end();
    outbox.flush();
    outbox.countRefusals();
    trouble.onCut(lines.cut());
    trouble.tell();
  }

  private void onLine(byte[] bytes, int from, int length) {
    outbox.add(bytes, from, length);
    long nanos = pace.onLine(System.nanoTime());
    if (nanos > 0) {
      outbox.flush();
      Pace.await(nanos);
    }
  }

  /// Lets the main thread send what has been written before the signal.
  private void end() {
    long until = System.nanoTime() + LAST_NANOS;
    try {
      // Several times, as what has just been read is neither there any more nor here yet.
      for (int quiet = 0; quiet < QUIET && System.nanoTime() - until < 0; quiet++) {
        if (!idle || in.available() > 0) {
          quiet = 0;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    } catch (IOException e) { // no input: nothing to look after
    }
    if (idle) {
      outbox.countRefusals();
    }
    trouble.tell();
    System.err.flush();
    Runtime.getRuntime().halt(0);
  }
}
