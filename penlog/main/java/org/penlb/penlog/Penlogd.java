package org.penlb.penlog;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.penlb.unix.Account;
import org.penlb.unix.Background;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Filesystem;
import org.penlb.unix.PidFile;
import org.penlb.unix.Privileges;
import org.penlb.unix.Signals;

/// The command `penlogd`: hears pen and the web servers behind it, and writes one log.
///
/// Owned by: the main thread, which does all the work; those that signals come on only leave a note
/// and wake it up.
public final class Penlogd {
  /// How long datagrams that have come before the end are looked after.
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// How long the end may take where the log cannot be written.
  private static final long END_PATIENCE_MILLIS = 5000;

  private final PenlogdOptions options;
  private final Thread main = Thread.currentThread();
  private final Counts counts = new Counts();
  private final byte[] datagram = new byte[Datagrams.ROOM];
  private final PidFile pidFile;
  private Words words;
  private Inbox inbox;
  private KernelDrops drops;
  private MergedFile log;
  private Consolidation consolidation;

  private volatile boolean ending;
  private volatile boolean reopenAsked;
  private volatile boolean summaryAsked;

  private Penlogd(PenlogdOptions options) {
    this.options = options;
    this.pidFile = new PidFile(options.pidFile());
  }

  public static void main(String[] args) {
    int status = run(args);
    System.out.flush();
    Runtime.getRuntime().halt(status);
  }

  private static int run(String[] args) {
    try {
      var options = PenlogdOptions.parse("penlogd " + Version.TEXT, args);
      if (!options.foreground() && !Background.isChild()) {
        Background.exit(Background.startChild(System.err));
      }
      return new Penlogd(options).serve();
    } catch (Misuse e) {
      (e.exitStatus() == 0 ? System.out : System.err).println(e.getMessage());
      return e.exitStatus();
    } catch (IOException | RuntimeException e) {
      return failed(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (OutOfMemoryError e) {
      return failed("there is not enough memory");
    } catch (InterruptedException e) {
      return failed("interrupted");
    }
  }

  private static int failed(String why) {
    System.err.println("penlogd: " + Words.printable(why));
    return 1;
  }

  // ---- from start to end ----------------------------------------------------------------------

  private int serve() throws IOException {
    nameProcess();
    if (!options.foreground()) {
      Background.detach();
    }
    words = options.foreground() ? Words.toStderr("penlogd") : Words.toSyslog("penlogd");
    try {
      inbox = Inbox.open(options.listen());
      drops = new KernelDrops(inbox.address() instanceof InetSocketAddress it ? it.getPort() : 0);
      log = new MergedFile(options.log(), standardOutput(), options.unbuffered(), counts, words);
      Consumer<String> debug = options.debug() ? words::debug : null;
      long holdNanos = TimeUnit.MILLISECONDS.toNanos(options.holdMillis());
      consolidation = consolidation(holdNanos, debug);
      handleSignals();
      pidFile.write();
      restrict();
      words.say("listening on " + Inbox.text(inbox.address()));
      if (!options.foreground()) {
        Background.ready();
      }
      hearAndWrite();
      words.say("ending; " + summary());
    } finally {
      if (inbox != null) {
        inbox.close();
      }
      if (drops != null) {
        drops.close();
      }
      pidFile.remove();
    }
    return log.hasNoReader() ? 1 : 0;
  }

  /// In the background that of the process which the user has started, as long as that is there:
  /// our own tells it that we are ready.
  private Path standardOutput() {
    var parent = ProcessHandle.current().parent();
    return options.foreground() || parent.isEmpty()
        ? null
        : Path.of("/proc/" + parent.get().pid() + "/fd/1");
  }

  /// For ps, top, pgrep and killall, which would know it as java.
  private static void nameProcess() {
    try {
      Files.writeString(Path.of("/proc/self/comm"), "penlogd", StandardOpenOption.WRITE);
    } catch (IOException e) { // no /proc: it is java, then
    }
  }

  /// Gives up what was needed to open the socket and the log only.
  private void restrict() throws IOException {
    var account = options.user() == null ? null : Account.find(options.user());
    if (options.chroot() != null) {
      TimeZone.getDefault(); // reads a file
      Filesystem.chroot(options.chroot());
    }
    if (account != null) {
      Privileges.drop(account);
    }
  }

  private void handleSignals() {
    Signals.on("HUP", () -> note(() -> reopenAsked = true));
    Signals.on("USR1", () -> note(() -> summaryAsked = true));
    Signals.on("TERM", this::askToEnd);
    Signals.on("INT", this::askToEnd);
    Signals.ignore("PIPE");
  }

  private void note(Runnable note) {
    note.run();
    inbox.wakeUp();
  }

  /// Ends it even where the log hangs, such as a pipe that nobody reads.
  private void askToEnd() {
    note(() -> ending = true);
    try {
      main.join(END_PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pidFile.remove();
    Runtime.getRuntime().halt(1);
  }

  private Consolidation consolidation(long holdNanos, Consumer<String> debug) throws IOException {
    try {
      return new Consolidation(options.lines(), holdNanos, log, counts, debug);
    } catch (OutOfMemoryError e) {
      throw new IOException("there is not enough memory for so many lines (-n)", e);
    }
  }

  /// Whatever ends it, the lines that wait are written.
  private void hearAndWrite() throws IOException {
    try {
      hear();
      hearTheLast();
    } catch (IOException | RuntimeException | Error e) {
      words.say("ending, as something has failed: " + e); // in the background, all that is seen
      throw e;
    } finally {
      try {
        consolidation.end();
      } finally {
        log.close();
      }
    }
  }

  private void hear() throws IOException {
    while (!ending && !log.hasNoReader()) {
      doWhatSignalsAskFor();
      if (!hearSome()) {
        // Nothing waits any more: what has been written down goes to the file.
        log.flush();
        await();
      }
    }
  }

  /// Takes what has come, at most a batch.
  ///
  /// @return false if nothing waits any more
  private boolean hearSome() throws IOException {
    int count = inbox.receive();
    long now = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long high = inbox.senderHigh(i);
      long low = inbox.senderLow(i);
      if (isAllowed(high, low)) {
        consolidation.onDatagram(datagram, inbox.copy(i, datagram), high, low, now);
      } else {
        counts.refused++;
      }
    }
    consolidation.onTime(now);
    return count > 0;
  }

  private boolean isAllowed(long high, long low) {
    if (options.allow().isEmpty()) {
      return true;
    }
    for (var network : options.allow()) {
      if (network.contains(high, low)) {
        return true;
      }
    }
    return false;
  }

  private void await() throws IOException {
    if (!consolidation.isWaiting()) {
      inbox.await(0);
      return;
    }
    long nanos = consolidation.nextNanos() - System.nanoTime();
    inbox.await(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1));
  }

  private void doWhatSignalsAskFor() throws IOException {
    if (reopenAsked) {
      reopenAsked = false; // first: one that comes from now on means another file
      log.reopen();
    }
    if (summaryAsked) {
      summaryAsked = false;
      words.say(summary());
    }
  }

  /// Takes what has come before the end.
  private void hearTheLast() throws IOException {
    long until = System.nanoTime() + LAST_NANOS;
    boolean more = true;
    while (more && System.nanoTime() - until < 0) {
      more = hearSome();
    }
  }

  private String summary() {
    long dropped = drops.count();
    return counts + (dropped < 0 ? "" : "; not heard, as there was no room, " + dropped);
  }
}
