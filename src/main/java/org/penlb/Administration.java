package org.penlb;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.penlb.acl.AccessList;
import org.penlb.balance.Server;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Launch;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.UnavailableException;
import org.penlb.control.Commands;
import org.penlb.language.ConfigurationReader;
import org.penlb.language.Draft;
import org.penlb.language.Language;
import org.penlb.language.RunningPen;
import org.penlb.language.Statement;
import org.penlb.log.Diagnostics;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Filesystem;
import org.penlb.unix.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the configuration of the running pen is, and how it changes: by commands, and by reading
/// the files again.
///
/// Owned by: shared. One change at a time; questions do not wait for it.
final class Administration implements RunningPen {
  private static final Logger LOG = LoggerFactory.getLogger(Administration.class);

  /// How long a change waits for another one.
  private static final Duration TURN_PATIENCE = Duration.ofSeconds(3);

  /// Characters that a file's questions may be answered with, beyond which no further one is asked.
  private static final int REPLY_MAX = 1 << 20;

  private final ReentrantLock changing = new ReentrantLock();
  private final Launch launch;
  private final Runnable exit;
  private volatile Configuration configuration;

  /// Null before it has begun.
  private volatile Balancer balancer;

  private volatile String controlAddress = "";

  /// What the command line and the files said when they were last read and applied.
  private Reading read;

  /// What a draft and the questions beside it came to.
  ///
  /// @param reader null if nothing had to be read
  record Reading(
      Configuration configuration,
      List<Draft.Blacklisting> blacklistings,
      ConfigurationReader reader) {
    static Reading of(ConfigurationReader reader, Draft draft) throws BadSettingException {
      return new Reading(reader.configuration(), draft.blacklistings(), reader);
    }

    List<ConfigurationReader.Pending> pending() {
      return reader == null ? List.of() : reader.pending();
    }

    /// What cannot be had, with the line that asks for it.
    IOException placed(UnavailableException e) {
      return reader == null ? e : new IOException(reader.placed(e.about(), e.getMessage()), e);
    }

    BadSettingException placed(BadSettingException e) {
      return new BadSettingException(placed(e.about(), e.getMessage()));
    }

    /// @param about see [BadSettingException#about]
    String placed(String about, String message) {
      return reader == null ? message : reader.placed(about, message);
    }
  }

  /// @param exit ends the process
  Administration(Launch launch, Runnable exit) {
    this.launch = launch;
    this.exit = exit;
  }

  // ---- start and reload -----------------------------------------------------------------------

  /// What the command line and the files it names say. They are read; nothing is opened yet.
  ///
  /// @throws BadSettingException with all errors, a line each
  Reading read() throws BadSettingException {
    var draft = new Draft(launch.service());
    draft.process(launch.debug(), launch.webStats());
    if (!launch.service().listen().isEmpty()) {
      draft.service(null);
    }
    if (launch.commands().isEmpty() && launch.configurationFile() == null) {
      return new Reading(draft.build(), List.of(), null);
    }
    var reader = reader(draft);
    for (var command : launch.commands()) {
      reader.line(command, "option -o '" + command + "'");
    }
    if (launch.configurationFile() != null) {
      reader.file(launch.configurationFile(), null);
    }
    return Reading.of(reader, draft);
  }

  /// The table of commands is made only where somebody needs it.
  private static ConfigurationReader reader(Draft draft) {
    return new ConfigurationReader(Commands.language(), draft, Filesystem::visible);
  }

  /// Begins to administer a balancer that was opened with what [#read] returned.
  ///
  /// @param address of the control listener; empty for none
  void administer(Reading started, Balancer opened, String address) {
    read = started;
    configuration = started.configuration();
    balancer = opened;
    controlAddress = address;
    blacklist(started.blacklistings());
  }

  /// Once it is running: what the command line and the files ask for beside what they set.
  void begin() {
    answer(read.pending());
  }

  /// Reads everything again (HUP) and applies the differences; what is running stays as it is if
  /// anything is wrong. A drain that a command began goes on unless the file says otherwise.
  void reload() {
    try {
      answer(applyAgain());
    } catch (BadSettingException | IOException e) {
      String.valueOf(e.getMessage()).lines().forEach(line -> LOG.error("{}", line));
      var file = launch.configurationFile();
      LOG.error(
          "{}: not applied; the configuration stays as it is", file == null ? "SIGHUP" : file);
    }
  }

  /// Returns what is to be asked afterwards.
  private List<ConfigurationReader.Pending> applyAgain() throws BadSettingException, IOException {
    changing.lock();
    try {
      if (launch.configurationFile() == null) {
        balancer.applyAnew(configuration);
        return List.of();
      }
      var next = read();
      apply(next, keepDrains(next.configuration()));
      read = next;
      LOG.info("{}: read again", launch.configurationFile());
      return next.pending();
    } finally {
      changing.unlock();
    }
  }

  /// A drain that is in force without having come from the files does not end because they are
  /// read: whoever maintains the server has not finished.
  private Configuration keepDrains(Configuration next) throws BadSettingException {
    var draft = Draft.of(next, launch.service());
    for (var service : next.services()) {
      var now = configuration.service(service.name());
      for (int slot = 0; now != null && slot < service.servers().size(); slot++) {
        var drain = drain(now, slot);
        if (drain != null && !drain.equals(drain(read.configuration().service(now.name()), slot))) {
          draft.service(service.name()).keepDrain(slot, now.servers().get(slot));
        }
      }
    }
    return draft.build();
  }

  private static ServerSpec.Drain drain(ServiceConfig service, int slot) {
    return service == null || slot >= service.servers().size()
        ? null
        : service.servers().get(slot).drain();
  }

  private void answer(List<ConfigurationReader.Pending> questions) {
    for (var question : questions) {
      try {
        reply(question).lines().forEach(line -> LOG.info("{}: {}", question.line(), line));
      } catch (BadSettingException | IOException e) {
        LOG.error("not done: {}: {}", question.line(), e.getMessage());
      }
    }
  }

  private String reply(ConfigurationReader.Pending question)
      throws BadSettingException, IOException {
    var service = question.service() == null ? serviceNames().getFirst() : question.service();
    return question.request().reply(this, service);
  }

  // ---- commands -------------------------------------------------------------------------------

  @Override
  public Configuration configuration() {
    return configuration;
  }

  @Override
  public void change(String service, Statement.Edit edit) throws BadSettingException, IOException {
    awaitTurn();
    try {
      var draft = Draft.of(configuration, launch.service());
      edit.apply(draft, service);
      apply(draft.build(), balancer::apply);
      blacklist(draft.blacklistings());
      drainAnew(draft.drainings());
    } finally {
      changing.unlock();
    }
  }

  @Override
  public String include(Path file, String service) throws BadSettingException, IOException {
    var replies = new StringBuilder();
    for (var question : applyFile(file, service)) {
      if (replies.length() > REPLY_MAX) {
        return replies.append("and more\n").toString();
      }
      try {
        replies.append(reply(question));
      } catch (BadSettingException | IOException e) {
        replies.append("not done: %s: %s\n".formatted(question.line(), e.getMessage()));
      }
    }
    return replies.toString();
  }

  /// Returns what is to be asked afterwards.
  private List<ConfigurationReader.Pending> applyFile(Path file, String service)
      throws BadSettingException, IOException {
    awaitTurn();
    try {
      var draft = Draft.of(configuration, launch.service());
      var reader = reader(draft);
      reader.file(file, service);
      var next = Reading.of(reader, draft);
      apply(next, next.configuration());
      drainAnew(draft.drainings());
      return next.pending();
    } finally {
      changing.unlock();
    }
  }

  /// Not for long: HUP may wait for the look-up of a name, and whoever gives commands wants to know
  /// what is going on.
  private void awaitTurn() throws BadSettingException {
    try {
      if (changing.tryLock(TURN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new BadSettingException(
        "nothing was changed: another change is still being made, perhaps a name is looked up");
  }

  /// Applies what has been read.
  ///
  /// @param next of it, perhaps with what is to be kept
  private void apply(Reading reading, Configuration next) throws BadSettingException, IOException {
    try {
      apply(next, balancer::applyAnew);
    } catch (UnavailableException e) {
      throw reading.placed(e);
    } catch (BadSettingException e) {
      throw reading.placed(e);
    }
    blacklist(reading.blacklistings());
  }

  /// How the balancer is told of a new configuration.
  @FunctionalInterface
  private interface Application {
    void apply(Configuration next) throws BadSettingException, IOException;
  }

  private void apply(Configuration next, Application application)
      throws BadSettingException, IOException {
    checkReport(next, configuration);
    application.apply(next);
    int debug = configuration.debug();
    configuration = next;
    if (next.debug() != debug) {
      Diagnostics.level(next.debug());
    }
  }

  private static void checkReport(Configuration next, Configuration before)
      throws UnavailableException {
    if (next.webStats() != null && !next.webStats().equals(before.webStats())) {
      try {
        WholeFile.volatileOne(Filesystem.visible(next.webStats()), "report").check();
      } catch (IOException e) {
        throw new UnavailableException("/web_stats", e);
      }
    }
  }

  private void blacklist(List<Draft.Blacklisting> orders) {
    for (var order : orders) {
      var server = server(order.service(), order.slot());
      if (server != null) {
        server.blacklist(nowNanos(), order.time().toNanos());
      }
    }
  }

  /// Whoever gives the command again wants all of its time again. Not so whoever has the file read.
  private void drainAnew(List<Draft.Draining> orders) {
    for (var order : orders) {
      var server = server(order.service(), order.slot());
      if (server != null && server.isDrained()) {
        server.drain(nowNanos(), server.spec().drain().patience());
      }
    }
  }

  /// Null where a later line has made it go again.
  private Server server(String service, int slot) {
    var running = balancer.service(service);
    var servers = running == null ? null : running.service().servers();
    return servers != null && slot < servers.size() ? servers.server(slot) : null;
  }

  @Override
  public Path configurationFile() {
    return launch.configurationFile();
  }

  @Override
  public Snapshot snapshot() {
    return balancer.snapshot();
  }

  @Override
  public LiveService service(String name) throws BadSettingException {
    var service = balancer.service(name);
    if (service == null) {
      throw Language.unknownService(name, serviceNames());
    }
    return service;
  }

  @Override
  public String controlAddress() {
    return controlAddress;
  }

  /// The access list that control connections are checked against.
  AccessList controlList() {
    return balancer.accessLists().list(configuration.controlAcl());
  }

  @Override
  public void exit() throws BadSettingException {
    if (!launch.exitAllowed()) {
      throw new BadSettingException("exit is not allowed: pen was started without -X");
    }
    exit.run();
  }

  @Override
  public long nowNanos() {
    return balancer.nowNanos();
  }
}
