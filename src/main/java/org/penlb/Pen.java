package org.penlb;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;
import org.penlb.config.CommandLine;
import org.penlb.config.Launch;
import org.penlb.config.UsageException;
import org.penlb.log.Diagnostics;
import org.penlb.stats.HtmlReport;
import org.penlb.stats.ReportFile;
import org.penlb.stats.TextReport;
import org.penlb.unix.Account;
import org.penlb.unix.Background;
import org.penlb.unix.Filesystem;
import org.penlb.unix.Privileges;
import org.penlb.unix.Signals;
import org.penlb.unix.Sockets;
import org.penlb.unix.Syslog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command `pen`: options, process, signals. The balancing is [Balancer]'s.
///
/// Owned by: the main thread; what signals ask for is handed to one thread of its own.
public final class Pen {
  /// How long everything may take to be closed once nobody wants to wait.
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private final Launch launch;
  private final Thread main = Thread.currentThread();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService reports =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("reports").daemon(true).factory());
  private final AtomicBoolean reportAsked = new AtomicBoolean();
  private final PidFile pidFile;
  private Balancer balancer;

  private Pen(Launch launch) {
    this.launch = launch;
    this.pidFile = new PidFile(launch.pidFile());
  }

  public static void main(String[] args) {
    int status = run(args);
    System.out.flush();
    // Not exit: nothing of ours waits for a shutdown hook, and a second TERM must not hang.
    Runtime.getRuntime().halt(status);
  }

  private static int run(String[] args) {
    try {
      if (Training.isAsked()) {
        Training.run();
      }
      var launch = CommandLine.parse("pen " + Version.TEXT, args);
      if (launch.demo()) {
        return new Demo(System.out).run();
      }
      if (!Background.isChild()) {
        launch.notices().forEach(notice -> System.err.println("pen: " + notice));
        if (!launch.foreground()) {
          Background.exit(Background.startChild(System.err));
        }
      }
      return new Pen(launch).serve();
    } catch (UsageException e) {
      var out = e.exitStatus() == 0 ? System.out : System.err;
      out.println(e.getMessage());
      return e.exitStatus();
    } catch (IOException | BadSettingException | RuntimeException e) {
      return failed(System.err, e);
    } catch (InterruptedException e) {
      return failed(System.err, e);
    }
  }

  private static int failed(PrintStream err, Exception e) {
    var message = e.getMessage() == null ? e.toString() : e.getMessage();
    err.println("pen: " + message.replaceAll("\\p{Cntrl}", "?")); // names may hold anything
    return 1;
  }

  // ---- from start to end ----------------------------------------------------------------------

  private int serve() throws IOException, BadSettingException, InterruptedException {
    nameProcess();
    if (!launch.foreground()) {
      Background.detach();
    }
    setUpDiagnostics();
    balancer = open();
    try {
      handleSignals(); // first: whoever ends a pen that is starting wants it to clean up, too
      pidFile.write();
      restrict();
      if (launch.webStats() != null) {
        ReportFile.check(Filesystem.visible(launch.webStats()));
      }
      Diagnostics.decouple();
      balancer.start();
      if (!launch.foreground()) {
        Background.ready();
      }
      warnOfDescriptors();
      ended.await();
      drain();
    } finally {
      reports.close(); // one that is being written is not left half done beside the old one
      balancer.close();
      pidFile.remove();
      Diagnostics.close();
    }
    return 0;
  }

  /// For ps, top, pgrep and killall, which would know it as java.
  private static void nameProcess() {
    try {
      Files.writeString(Path.of("/proc/self/comm"), "pen", StandardOpenOption.WRITE);
    } catch (IOException e) { // no /proc: it is java, then
    }
  }

  private void setUpDiagnostics() {
    if (launch.foreground()) {
      Diagnostics.toStderr(launch.debug());
    } else {
      var syslog = Syslog.open("pen", Syslog.Facility.USER);
      Diagnostics.toSyslog(
          (priority, message) -> syslog.log(Syslog.Priority.of(priority), message), launch.debug());
    }
  }

  private Balancer open() throws IOException, BadSettingException {
    var builder = Balancer.builder().takeover(launch.takeover());
    if (launch.loops() > 0) {
      builder.loops(launch.loops());
    }
    launch.services().forEach(builder::service);
    return builder.open();
  }

  /// Gives up what was needed to open sockets and files only.
  private void restrict() throws IOException {
    var account = launch.user() == null ? null : Account.find(launch.user());
    if (launch.chroot() != null) {
      loadWhatOpensFiles();
      Filesystem.chroot(launch.chroot());
    }
    if (account != null) {
      Privileges.drop(account);
    }
  }

  /// In the new root there is no /dev/random, for example: the JDK would gather randomness of its
  /// own when the first client connects, which takes it many seconds.
  private static void loadWhatOpensFiles() {
    ClientAddress.of(new InetSocketAddress(0));
    TimeZone.getDefault();
  }

  /// Each connection has two, and the JVM some more.
  private void warnOfDescriptors() {
    long needed = 64;
    for (var service : launch.services()) {
      needed += 2L * service.settings().connectionsMax();
    }
    int limit = Sockets.maxDescriptors();
    if (limit > 0 && needed > limit) {
      log()
          .warn(
              "-x may need {} descriptors, ulimit -n allows {}: clients will wait when there are"
                  + " none",
              needed,
              limit);
    }
  }

  private void drain() {
    balancer.stopAccepting();
    var patience = Duration.ZERO;
    for (var service : launch.services()) {
      var drain = service.settings().drain();
      patience = drain.compareTo(patience) > 0 ? drain : patience;
    }
    int connections = balancer.connections();
    if (connections == 0) {
      log().info("ending");
    } else if (patience.isPositive()) {
      log().info("ending in {} s at most; connections: {}", patience.toSeconds(), connections);
    } else {
      log().info("ending; connections closed: {}", connections);
    }
    try {
      balancer.awaitIdle(patience);
    } catch (InterruptedException e) {
      log().info("told again to end; connections closed: {}", balancer.connections());
    }
  }

  // ---- signals --------------------------------------------------------------------------------

  private void handleSignals() {
    Signals.on("HUP", balancer::reopenLogs);
    Signals.on("USR1", this::askForReport);
    Signals.on("TERM", this::end);
    Signals.on("INT", this::end);
    Signals.ignore("PIPE");
  }

  /// The first one drains, the second one does not wait; not for long even where a loop hangs, such
  /// as one that waits, debugging, for the reader of stderr.
  private void end() {
    if (ended.getCount() > 0) {
      ended.countDown();
      return;
    }
    main.interrupt();
    try {
      main.join(END_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pidFile.remove();
    Runtime.getRuntime().halt(1);
  }

  /// One report at a time; those asked for before one has begun are one.
  private void askForReport() {
    if (ended.getCount() > 0 && reportAsked.compareAndSet(false, true)) {
      reports.execute(
          () -> {
            reportAsked.set(false);
            report();
          });
    }
  }

  private void report() {
    var snapshot = balancer.snapshot();
    if (launch.webStats() == null) {
      TextReport.render(snapshot).lines().forEach(line -> log().info("{}", line));
      return;
    }
    try {
      ReportFile.write(Filesystem.visible(launch.webStats()), HtmlReport.render(snapshot));
    } catch (IOException e) {
      log().warn("{}", e.getMessage());
    }
  }

  /// Not a constant: the logger is set up when it is known where to.
  private static Logger log() {
    return LoggerFactory.getLogger(Pen.class);
  }
}
