package org.penlb.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopTest {
  private static final long HOUR = 3_600_000_000_000L;

  private final FakeClock clock = new FakeClock();
  private final EventLoop loop = new EventLoop("test loop", clock);

  EventLoopTest() throws IOException {}

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  private record OnReady(IntConsumer action, CompletableFuture<Throwable> defect) implements Ready {
    @Override
    public void onReady(int readyOps) {
      action.accept(readyOps);
    }

    @Override
    public void onDefect(Throwable thrown) {
      defect.complete(thrown);
    }
  }

  private static final class OnDeadline extends Deadline {
    private final LongConsumer action;

    OnDeadline(LongConsumer action) {
      this.action = action;
    }

    @Override
    protected void onDeadline(long nowNanos) {
      action.accept(nowNanos);
    }
  }

  /// Runs on the loop, and waits for it.
  private void onLoop(Runnable task) throws Exception {
    var done = new CompletableFuture<Boolean>();
    loop.execute(
        () -> {
          task.run();
          done.complete(true);
        });
    assertThat(done.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void tasksFromOtherThreadsRunOnTheLoop() throws Exception {
    loop.start();
    assertThat(loop.isLoopThread()).isFalse();
    onLoop(
        () -> {
          assertThat(loop.isLoopThread()).isTrue();
          assertThat(Thread.currentThread().getName()).isEqualTo("test loop");
        });
  }

  @Test
  void tasksOfOneThreadRunInTheirOrder() throws Exception {
    var ran = new ArrayList<Integer>();
    loop.start();
    IntStream.range(0, 2000).forEach(i -> loop.execute(() -> ran.add(i)));
    onLoop(() -> assertThat(ran).isEqualTo(IntStream.range(0, 2000).boxed().toList()));
  }

  @Test
  void tasksOfManyThreadsAllRunEachInItsOrder() throws Exception {
    loop.start();
    var ran = new ArrayList<Integer>();
    var threads = new ArrayList<Thread>();
    for (int thread = 0; thread < 4; thread++) {
      int base = thread * 10_000;
      threads.add(
          Thread.ofPlatform()
              .start(() -> IntStream.range(0, 5000).forEach(i -> execute(ran, base + i))));
    }
    for (var thread : threads) {
      thread.join();
    }
    onLoop(() -> assertThat(ran).hasSize(20_000));
    for (int thread = 0; thread < 4; thread++) {
      int base = thread * 10_000;
      assertThat(ran.stream().filter(n -> n / 10_000 * 10_000 == base).toList()).isSorted();
    }
  }

  private void execute(List<Integer> ran, int number) {
    loop.execute(() -> ran.add(number));
  }

  @Test
  void taskOfTheLoopItselfRunsAfterWhatItIsDoing() throws Exception {
    loop.start();
    var ran = new LinkedBlockingQueue<String>();
    onLoop(
        () -> {
          loop.execute(() -> ran.add("second"));
          ran.add("first");
        });
    onLoop(() -> ran.add("third"));
    assertThat(ran).containsExactly("first", "second", "third");
  }

  @Test
  void defectInATaskDoesNotEndTheLoop() throws Exception {
    loop.start();
    loop.execute(() -> throwIt(new IllegalStateException("defect, on purpose")));
    loop.execute(() -> throwIt(new AssertionError("defect, on purpose")));
    loop.execute(() -> throwIt(new StackOverflowError("defect, on purpose")));
    onLoop(() -> {});
  }

  private static void throwIt(Throwable defect) {
    EventLoopTest.<RuntimeException>throwUnchecked(defect);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void throwUnchecked(Throwable defect) throws T {
    throw (T) defect;
  }

  @Test
  void defectOfAReadyIsReportedToItAndTheLoopGoesOn() throws Exception {
    loop.start();
    for (var defect :
        List.of(
            new IllegalStateException("on purpose"),
            new AssertionError("on purpose"),
            new StackOverflowError("on purpose"),
            new OutOfMemoryError("on purpose"))) {
      var pipe = pipe();
      var ready = new OnReady(ops -> throwIt(defect), new CompletableFuture<>());
      onLoop(() -> register(pipe, ready));
      write(pipe);
      assertThat(ready.defect().get(10, TimeUnit.SECONDS)).isSameAs(defect);
      onLoop(() -> closePipe(pipe));
    }
  }

  @Test
  void channelsAreServedOnTheLoop() throws Exception {
    loop.start();
    var pipe = pipe();
    var ready = new CompletableFuture<Integer>();
    onLoop(
        () ->
            register(
                pipe,
                new OnReady(
                    ops -> {
                      assertThat(loop.isLoopThread()).isTrue();
                      read(pipe);
                      ready.complete(ops);
                    },
                    new CompletableFuture<>())));
    write(pipe);
    assertThat(ready.get(10, TimeUnit.SECONDS)).isEqualTo(SelectionKey.OP_READ);
    onLoop(() -> closePipe(pipe));
  }

  /// The first of two ready channels closes the other, whose key is in the same batch.
  @Test
  void channelThatWasClosedInTheSameBatchIsNotCalled() throws Exception {
    var pipes = List.of(pipe(), pipe());
    var calls = new LinkedBlockingQueue<Integer>();
    for (var pipe : pipes) {
      register(
          pipe,
          new OnReady(
              ops -> {
                calls.add(ops);
                pipes.forEach(EventLoopTest::closePipe);
              },
              new CompletableFuture<>()));
      write(pipe);
    }
    loop.start();
    onLoop(() -> {});
    assertThat(calls).hasSize(1);
  }

  @Test
  void deadlinesFireInTheirOrderWhenTheirTimeHasCome() throws Exception {
    loop.start();
    var fired = new LinkedBlockingQueue<String>();
    long start = clock.nanos();
    onLoop(
        () -> {
          deadline(start + 3 * HOUR, now -> fired.add("third"));
          deadline(start + HOUR, now -> fired.add("first"));
          deadline(start + 2 * HOUR, now -> fired.add("second " + (now - start) / HOUR));
        });
    clock.advance(HOUR - 1);
    onLoop(() -> {});
    assertThat(fired).isEmpty();
    clock.advance(HOUR + 1);
    onLoop(() -> {}); // wakes it up: its own wait is by the machine's clock
    assertThat(fired.poll(10, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(fired.poll(10, TimeUnit.SECONDS)).isEqualTo("second 2");
    onLoop(() -> {});
    assertThat(fired).isEmpty();
  }

  /// With the machine's clock: nobody wakes the loop but the deadline itself.
  @Test
  void loopWakesUpForADeadline() throws Exception {
    var real = new EventLoop("real", Clock.SYSTEM);
    var fired = new CompletableFuture<Long>();
    long at = Clock.SYSTEM.nanos() + 20_000_000;
    real.start();
    real.execute(() -> real.deadlines().set(new OnDeadline(fired::complete), at));
    assertThat(fired.get(10, TimeUnit.SECONDS) - at).isNotNegative();
    real.close();
  }

  @Test
  void defectInADeadlineDoesNotEndTheLoopNorHoldUpTheOthers() throws Exception {
    loop.start();
    var fired = new CountDownLatch(1);
    long now = clock.nanos();
    onLoop(
        () -> {
          deadline(now - 3, at -> throwIt(new IllegalStateException("on purpose")));
          deadline(now - 2, at -> throwIt(new AssertionError("on purpose")));
          deadline(now - 1, at -> fired.countDown());
        });
    assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
    onLoop(() -> {});
  }

  private void deadline(long atNanos, LongConsumer action) {
    loop.deadlines().set(new OnDeadline(action), atNanos);
  }

  /// The selector calls back before it returns: the time read before the wait is out of date then.
  @Test
  void timeInACallbackIsTheTimeAfterTheWait() throws Exception {
    loop.start();
    var pipe = pipe();
    var time = new CompletableFuture<Long>();
    var readings = new CompletableFuture<Long>();
    onLoop(
        () -> {
          register(
              pipe,
              new OnReady(
                  ops -> {
                    read(pipe);
                    time.complete(loop.nowNanos());
                  },
                  new CompletableFuture<>()));
          readings.complete(clock.readings());
        });
    // The next reading after the task is the one before the wait.
    while (clock.readings() == readings.get()) {
      Thread.onSpinWait();
    }
    long later = clock.advance(HOUR);
    write(pipe);
    assertThat(time.get(10, TimeUnit.SECONDS)).isEqualTo(later);
    onLoop(() -> closePipe(pipe));
  }

  private static Pipe pipe() throws IOException {
    var pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    return pipe;
  }

  private void register(Pipe pipe, Ready ready) {
    try {
      loop.register(pipe.source(), SelectionKey.OP_READ, ready);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Pipe pipe) throws IOException {
    assertThat(pipe.sink().write(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  private static void read(Pipe pipe) {
    try {
      assertThat(pipe.source().read(ByteBuffer.allocate(10))).isEqualTo(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void closePipe(Pipe pipe) {
    try {
      pipe.source().close();
      pipe.sink().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
