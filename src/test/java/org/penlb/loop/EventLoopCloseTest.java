package org.penlb.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopCloseTest {
  private final EventLoop loop = new EventLoop("test loop", new FakeClock());

  EventLoopCloseTest() throws IOException {}

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  @Test
  void closeRunsTheTasksThatAreLeft() throws Exception {
    var ran = new ArrayList<Integer>();
    loop.start();
    var busy = new CountDownLatch(1);
    loop.execute(() -> await(busy));
    IntStream.range(0, 1000).forEach(i -> loop.execute(() -> ran.add(i)));
    var closer = Thread.ofPlatform().start(this::closeQuietly);
    while (!isClosing()) {
      Thread.onSpinWait();
    }
    busy.countDown();
    closer.join();
    assertThat(ran).hasSize(1000);
  }

  private boolean isClosing() {
    try {
      loop.execute(() -> {});
      return false;
    } catch (RejectedExecutionException e) {
      return true;
    }
  }

  private void closeQuietly() {
    try {
      loop.close();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void closedLoopRefusesTasks() throws Exception {
    loop.start();
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("the event loop is not running");
    loop.close();
  }

  @Test
  void loopThatNeverStartedRefusesTasksAndCanBeClosed() throws Exception {
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void farTooManyTasksAreRefused() {
    loop.start();
    var busy = new CountDownLatch(1);
    loop.execute(() -> await(busy));
    assertThatThrownBy(() -> IntStream.range(0, 70_000).forEach(i -> loop.execute(() -> {})))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessage("the event loop has 65536 tasks already");
    busy.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
