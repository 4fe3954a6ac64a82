package org.penlb.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.slf4j.LoggerFactory;

/// Where the diagnostics go: what is logged through SLF4J.
///
/// Owned by: shared (Logback's own locks). Logback is set up here and not by an XML file, whose
/// parser would double the time to start. Until somebody asks for something else, events from
/// information upwards go to stderr.
public final class Diagnostics {
  private Diagnostics() {}

  /// What Logback runs at its start, found through `META-INF/services`.
  public static final class AtStart extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
      use(context, stderr(context), 0);
      return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
  }

  private static final class Syslog extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private final SyslogWriter writer;

    Syslog(SyslogWriter writer) {
      this.writer = writer;
    }

    @Override
    protected void append(ILoggingEvent event) {
      writer.write(priority(event.getLevel()), EventLine.message(event));
    }

    private static int priority(Level level) {
      return switch (level.toInt()) {
        case Level.ERROR_INT -> 3;
        case Level.WARN_INT -> 4;
        case Level.INFO_INT -> 6;
        default -> 7;
      };
    }
  }

  /// From now on to stderr, with the time of day.
  ///
  /// @param debugLevel 0: from information upwards; 1 and 2: debugging, with stack traces; more:
  ///   all
  public static void toStderr(int debugLevel) {
    LoggerContext context = context();
    use(context, stderr(context), debugLevel);
  }

  /// From now on to syslog.
  ///
  /// @param debugLevel as for [#toStderr]; there are no stack traces in any case
  public static void toSyslog(SyslogWriter writer, int debugLevel) {
    LoggerContext context = context();
    var syslog = new Syslog(writer);
    syslog.setContext(context);
    syslog.setName("syslog");
    syslog.start();
    use(context, syslog, debugLevel);
  }

  /// Changes how much is logged, and not where to.
  public static void level(int debugLevel) {
    root(context()).setLevel(levelOf(debugLevel));
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static Logger root(LoggerContext context) {
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static Level levelOf(int debugLevel) {
    return debugLevel < 0
        ? Level.ERROR
        : debugLevel == 0 ? Level.INFO : debugLevel < 3 ? Level.DEBUG : Level.TRACE;
  }

  /// The new one comes first, so that no event is lost in between.
  private static void use(LoggerContext context, Appender<ILoggingEvent> appender, int debugLevel) {
    Logger root = root(context);
    List<Appender<ILoggingEvent>> old = new ArrayList<>();
    for (Iterator<Appender<ILoggingEvent>> i = root.iteratorForAppenders(); i.hasNext(); ) {
      old.add(i.next());
    }
    root.setLevel(levelOf(debugLevel));
    root.addAppender(appender);
    for (Appender<ILoggingEvent> one : old) {
      root.detachAppender(one);
      one.stop();
    }
  }

  private static Appender<ILoggingEvent> stderr(LoggerContext context) {
    var line = new EventLine();
    line.setContext(context);
    line.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(line);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("stderr");
    appender.setTarget(ConsoleTarget.SystemErr.getName());
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
