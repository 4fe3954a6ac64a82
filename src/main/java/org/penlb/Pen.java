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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;
import org.penlb.config.CommandLine;
import org.penlb.config.Launch;
import org.penlb.config.UnavailableException;
import org.penlb.config.UsageException;
import org.penlb.control.Commands;
import org.penlb.control.ControlListener;
import org.penlb.log.Diagnostics;
import org.penlb.loop.StreamSockets;
import org.penlb.stats.HtmlReport;
import org.penlb.stats.TextReport;
import org.penlb.unix.Account;
import org.penlb.unix.Background;
import org.penlb.unix.Filesystem;
import org.penlb.unix.PidFile;
import org.penlb.unix.Privileges;
import org.penlb.unix.Signals;
import org.penlb.unix.Sockets;
import org.penlb.unix.Syslog;
import org.penlb.unix.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command `pen`: options, process, signals. The balancing is [Balancer]'s.
///
/// Owned by: the main thread; what signals ask for is handed to one thread of its own.
public final class Pen {
  /// How long everything may take to be closed once nobody wants to wait.
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  /// How long the end waits for what signals have asked for.
  private static final Duration ERRANDS_PATIENCE = Duration.ofSeconds(2);

  private final Launch launch;
  private final Thread main = Thread.currentThread();
  private final CountDownLatch serving = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService errands =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("errands").daemon(true).factory());
  private final AtomicBoolean reloadAsked = new AtomicBoolean();
  private final AtomicBoolean reportAsked = new AtomicBoolean();
  private final PidFile pidFile;
  private final Administration administration;
  private Balancer balancer;
  private ControlListener control;

  private Pen(Launch launch) {
    this.launch = launch;
    this.pidFile = new PidFile(launch.pidFile());
    this.administration = new Administration(launch, this::end);
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
      if (launch.check()) {
        return new Check(launch, System.out, System.err).run();
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
    message.lines().forEach(line -> complain(err, line)); // a file may have several errors
    return 1;
  }

  /// Names in an error may hold anything.
  static void complain(PrintStream err, String line) {
    err.println("pen: " + line.replaceAll("\\p{Cntrl}", "?"));
  }

  // ---- from start to end ----------------------------------------------------------------------

  private int serve() throws IOException, BadSettingException, InterruptedException {
    nameProcess();
    if (!launch.foreground()) {
      Background.detach();
    }
    setUpDiagnostics();
    var configuration = administration.read();
    ControlAccess.check(launch, configuration.configuration());
    try {
      balancer = open(configuration);
      control = openControl();
      handleSignals(); // first: whoever ends a pen that is starting wants it to clean up, too
      pidFile.write();
      restrict();
      var report = configuration.configuration().webStats();
      if (report != null) {
        WholeFile.volatileOne(Filesystem.visible(report), "report").check();
      }
      Diagnostics.level(configuration.configuration().debug());
      Diagnostics.decouple();
      if (control != null) {
        log().info("control at {}", control.addressText());
      }
      balancer.start();
      administer(configuration);
      if (!launch.foreground()) {
        Background.ready();
      }
      warnOfDescriptors();
      ended.await();
      drain();
    } finally {
      endErrands();
      if (control != null) {
        control.close();
      }
      if (balancer != null) {
        balancer.close();
      }
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

  private void administer(Administration.Reading configuration) throws IOException {
    administration.administer(
        configuration, balancer, control == null ? "" : control.addressText());
    if (control != null) {
      var commands = new Commands(Commands.language(), administration, launch.controlFiles());
      control.start(commands, ControlAccess.at(control.address(), administration));
    }
    administration.begin();
    serving.countDown();
  }

  private ControlListener openControl() throws IOException {
    var endpoint = launch.control();
    if (endpoint == null) {
      return null;
    }
    return launch.takeover() ? ControlListener.takeOver(endpoint) : ControlListener.open(endpoint);
  }

  private Balancer open(Administration.Reading reading) throws IOException, BadSettingException {
    var builder = Balancer.builder().takeover(launch.takeover());
    if (launch.loops() > 0) {
      builder.loops(launch.loops());
    }
    if (launch.linuxSockets()) {
      builder.sockets(StreamSockets.LINUX);
    }
    try {
      return builder.configuration(reading.configuration()).open();
    } catch (UnavailableException e) {
      throw reading.placed(e);
    } catch (BadSettingException e) {
      throw reading.placed(e);
    }
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

  /// Each connection has two, each session one, and the JVM some more.
  private void warnOfDescriptors() {
    long needed = 64;
    for (var service : administration.configuration().services()) {
      needed += (service.udp() ? 1L : 2L) * service.settings().connectionsMax();
    }
    int limit = Sockets.maxDescriptors();
    if (limit > 0 && needed > limit) {
      log()
          .warn(
              "-x may need {} descriptors, ulimit -n allows {}: when there are none, clients of TCP"
                  + " wait and datagrams of new ones are dropped",
              needed,
              limit);
    }
  }

  private void drain() {
    balancer.stopAccepting();
    var patience = Duration.ZERO;
    for (var service : administration.configuration().services()) {
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

  /// A report that is being written is not left half done beside the old one; but the look-up of a
  /// name may take a minute.
  private void endErrands() {
    errands.shutdown();
    try {
      if (!errands.awaitTermination(ERRANDS_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        log().info("what a signal asked for is still being done and is not waited for");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // told again to end
    }
  }

  // ---- signals --------------------------------------------------------------------------------

  private void handleSignals() {
    Signals.on("HUP", this::reload);
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

  private void reload() {
    balancer.reopenLogs();
    errand(reloadAsked, administration::reload);
  }

  private void askForReport() {
    errand(reportAsked, this::report);
  }

  /// Does what a signal asks for: not where signals arrive, as the look-up of a name may take its
  /// time and TERM is not to wait for it; not before pen serves; and once for all signals that have
  /// come before it begins.
  private void errand(AtomicBoolean asked, Runnable task) {
    if (ended.getCount() == 0 || !asked.compareAndSet(false, true)) {
      return;
    }
    try {
      errands.execute(() -> onErrand(asked, task));
    } catch (RejectedExecutionException e) {
      log().debug("a signal comes too late: pen is ending");
    }
  }

  private void onErrand(AtomicBoolean asked, Runnable task) {
    try {
      serving.await();
      asked.set(false);
      task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      log().error("cannot do what a signal asked for: {}", e.toString(), e);
    }
  }

  private void report() {
    var snapshot = balancer.snapshot();
    var file = administration.configuration().webStats();
    if (file == null) {
      TextReport.render(snapshot).lines().forEach(line -> log().info("{}", line));
      return;
    }
    try {
      WholeFile.volatileOne(Filesystem.visible(file), "report").write(HtmlReport.render(snapshot));
    } catch (IOException e) {
      log().warn("{}", e.getMessage());
    }
  }

  /// Not a constant: the logger is set up when it is known where to.
  private static Logger log() {
    return LoggerFactory.getLogger(Pen.class);
  }
}
