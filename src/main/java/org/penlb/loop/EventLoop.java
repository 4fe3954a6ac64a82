package org.penlb.loop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpscGrowableVarHandleArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One thread that waits for readiness, tasks and deadlines, and does them in turn.
///
///     +-> wait: until a channel is ready, a task arrives or the next deadline is due
///     |     -> ready channels -> tasks -> due deadlines -+
///     +---------------------------------------------------+
///
/// Owned by: loop, but for [#execute], [#ask], [#close] and [#isLoopThread], which any thread may
/// call.
public final class EventLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  /// More than connections, control commands and reports can ask for at a time.
  private static final int TASKS_MAX = 64 * 1024;

  private static final int TASKS_PER_ITERATION = 256;

  /// A selector that fails may go on to do so: not at full speed.
  private static final long AFTER_ERROR_NANOS = 10_000_000;

  /// How long [#close] waits for what the loop is doing.
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  /// How long a loop may take to answer; it needs milliseconds unless it hangs.
  private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

  private final Selector selector;
  private final Clock clock;
  private final StreamSockets sockets;
  private final MpscGrowableVarHandleArrayQueue<Runnable> tasks =
      new MpscGrowableVarHandleArrayQueue<>(64, TASKS_MAX);
  private final Deadlines deadlines = new Deadlines();
  private final BufferPool buffers = new BufferPool();
  private final Thread thread;
  private final Consumer<SelectionKey> onReady = this::onReady;
  private volatile boolean running;
  private volatile boolean closing;
  private long nowNanos;
  private boolean nowIsFresh;

  public EventLoop(String name, Clock clock) throws IOException {
    this(name, clock, StreamSockets.DEFAULT);
  }

  /// @param sockets what its connections are to be made of
  public EventLoop(String name, Clock clock, StreamSockets sockets) throws IOException {
    this.selector = Selector.open();
    this.clock = clock;
    this.sockets = sockets;
    this.nowNanos = clock.nanos();
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
  }

  public void start() {
    running = true;
    thread.start();
  }

  /// Time of this iteration on the monotonic clock.
  public long nowNanos() {
    return nowNanos;
  }

  public Deadlines deadlines() {
    return deadlines;
  }

  public BufferPool buffers() {
    return buffers;
  }

  public StreamSockets sockets() {
    return sockets;
  }

  public boolean isLoopThread() {
    return Thread.currentThread().equals(thread);
  }

  public SelectionKey register(SelectableChannel channel, int interest, Ready ready)
      throws ClosedChannelException {
    return channel.register(selector, interest, ready);
  }

  /// Cancels a key and lets go of its channel at once. Otherwise the JDK does so in the next
  /// selection, and until then a channel that was closed goes on to exist for the kernel.
  ///
  /// For tasks and deadlines, not for what is called about readiness.
  public void deregister(SelectionKey key) throws IOException {
    key.cancel();
    selector.selectNow(_ -> {}); // nothing is missed: what is ready now will be the next time
  }

  /// Has the loop run a task; from the loop itself, after what it is doing.
  ///
  /// @throws RejectedExecutionException if the loop is not running or has far too many tasks
  public void execute(Runnable task) {
    if (!running || closing) {
      throw new RejectedExecutionException("the event loop is not running");
    }
    if (!tasks.offer(task)) {
      throw new RejectedExecutionException("the event loop has " + TASKS_MAX + " tasks already");
    }
    if (!isLoopThread()) {
      selector.wakeup();
    }
  }

  /// Has the loop answer a question, as [#execute] has it run a task; at once if the caller is the
  /// loop itself, or if the loop has not started and so is still its maker's.
  ///
  /// @return failed with what the question threw, or because the loop has ended
  public <T> CompletableFuture<T> ask(Callable<T> question) {
    var answer = new CompletableFuture<T>();
    Runnable task =
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception | Error e) {
            answer.completeExceptionally(e);
          }
        };
    if (isLoopThread() || (!running && !closing)) {
      task.run();
      return answer;
    }
    try {
      execute(task);
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /// As [#ask], and waits for the answer, some seconds at most.
  ///
  /// @throws IOException that says what the question threw, or that the loop does not answer
  public <T> T askAndWait(Callable<T> question) throws IOException {
    try {
      return ask(question).get(ANSWER_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("an event loop does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while an event loop was asked");
    }
  }

  /// Ends the loop after the tasks it has, and waits for it, some seconds at most.
  public void close() throws IOException, InterruptedException {
    closing = true;
    if (thread.getState() == Thread.State.NEW) {
      selector.close();
    } else if (!isLoopThread()) {
      selector.wakeup();
      if (!thread.join(CLOSE_PATIENCE)) {
        LOG.error("{} hangs and is left alone", thread.getName());
      }
    }
  }

  @Override
  public void run() {
    try (selector;
        buffers) {
      while (!closing) {
        try {
          select();
          runTasks();
          runDueDeadlines();
        } catch (ClosedSelectorException e) {
          return;
        } catch (IOException | RuntimeException | Error e) {
          LOG.error("event loop: {}; it goes on", e.toString(), e);
          LockSupport.parkNanos(AFTER_ERROR_NANOS);
        }
      }
      while (!tasks.isEmpty()) {
        runTasks();
      }
    } catch (IOException e) {
      LOG.warn("event loop: cannot close its selector: {}", e.toString());
    }
  }

  private void select() throws IOException {
    long nanos = tasks.isEmpty() ? deadlines.nanosUntilNext(clock.nanos()) : 0;
    nowIsFresh = false;
    if (nanos <= 0) {
      selector.selectNow(onReady);
    } else if (nanos == Long.MAX_VALUE) {
      selector.select(onReady);
    } else {
      // Rounded up: a timeout that is too short would only make the loop turn once more.
      selector.select(onReady, (nanos + 999_999) / 1_000_000);
    }
    refreshNow();
  }

  /// Once per iteration: the selector calls back before it returns, perhaps after a long wait.
  private void refreshNow() {
    if (!nowIsFresh) {
      nowNanos = clock.nanos();
      nowIsFresh = true;
    }
  }

  private void onReady(SelectionKey key) {
    refreshNow();
    var ready = (Ready) key.attachment();
    try {
      // A channel that an earlier one of the same batch closed has an invalid key.
      if (key.isValid()) {
        ready.onReady(key.readyOps());
      }
    } catch (RuntimeException | Error e) { // LinkageError too: no descriptor to load a class
      ready.onDefect(e);
    }
  }

  private void runTasks() {
    for (int i = 0; i < TASKS_PER_ITERATION; i++) {
      var task = tasks.relaxedPoll();
      if (task == null) {
        return;
      }
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.error("event loop: a task failed: {}", e.toString(), e);
      }
    }
  }

  private void runDueDeadlines() {
    for (var due = deadlines.pollDue(nowNanos); due != null; due = deadlines.pollDue(nowNanos)) {
      due.onDeadline(nowNanos);
    }
  }
}
