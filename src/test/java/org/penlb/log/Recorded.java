package org.penlb.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/// The messages that one class logs while this is open.
final class Recorded extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  Recorded(Class<?> origin) {
    logger = (Logger) LoggerFactory.getLogger(origin);
    start();
    logger.addAppender(this);
  }

  List<String> messages() {
    return messages;
  }

  @Override
  protected void append(ILoggingEvent event) {
    messages.add(event.getLevel() + " " + event.getFormattedMessage());
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
