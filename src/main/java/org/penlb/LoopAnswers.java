package org.penlb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.penlb.loop.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks each of some loops about something that belongs to it, and waits for the answers.
final class LoopAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(LoopAnswers.class);

  /// How long a loop may take to answer; it needs milliseconds unless it hangs.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private LoopAnswers() {}

  /// Asks each loop, and waits for the answers.
  ///
  /// @param possessions one for each loop
  /// @return the answers; that of a loop that does not answer in time is left out
  static <P, T> List<T> ask(
      List<EventLoop> loops, List<? extends P> possessions, Function<P, T> question) {
    var parts = new ArrayList<CompletableFuture<T>>();
    for (int i = 0; i < loops.size(); i++) {
      var possession = possessions.get(i);
      parts.add(loops.get(i).ask(() -> question.apply(possession)));
    }
    var answers = new ArrayList<T>();
    parts.forEach(part -> await(part, answers));
    return answers;
  }

  /// Has each loop do something, and waits until all have; but for one that does not in time.
  ///
  /// @param possessions one for each loop
  static <P> void tell(List<EventLoop> loops, List<? extends P> possessions, Consumer<P> task) {
    ask(
        loops,
        possessions,
        possession -> {
          task.accept(possession);
          return true;
        });
  }

  /// Waits though the thread is interrupted, which it is told afterwards: what is half changed
  /// would be of no use.
  private static <T> void await(CompletableFuture<T> part, List<T> answers) {
    boolean interrupted = false;
    while (!isDone(part, answers)) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Returns false if it was interrupted.
  private static <T> boolean isDone(CompletableFuture<T> part, List<T> answers) {
    try {
      answers.add(part.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RejectedExecutionException) { // it has ended already
        LOG.debug("an event loop did not answer: {}", e.getCause().getMessage());
      } else {
        LOG.error("an event loop could not answer: {}", e.getCause().toString(), e.getCause());
      }
    } catch (TimeoutException e) {
      LOG.warn("an event loop did not answer within {} s", PATIENCE.toSeconds());
    } catch (InterruptedException e) {
      return false;
    }
    return true;
  }
}
