package org.penlb.log;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The request log (`-l`): a file, or datagrams to a penlogd.
///
/// Owned by: shared. Any thread adds lines and never waits: they go through a bounded queue to a
/// daemon thread, the writer, which alone touches the file or socket. It sleeps while there is
/// nothing to write, and writes what has gathered in the meantime at once. Lines that do not fit in
/// the queue, or that the target does not take, are counted; the count is logged at most every 10
/// s.
public final class RequestLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);

  /// Lines; some 2 MiB when full.
  private static final int QUEUE = 8192;

  private static final long WARN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long CLOSE_MILLIS = 2000;
  private static final long NEVER = -1;

  /// Makes the target, given where to report what it loses.
  @FunctionalInterface
  interface Opening {
    LogTarget open(LogTarget.Losses losses) throws IOException;
  }

  private final String name;
  private final boolean datagrams;
  private final LongSupplier unixMillis;
  private final LongSupplier nanos;
  private final MpscVarHandleArrayQueue<byte[]> queue;
  private final LogTarget target;
  private final Thread writer;

  private final LongAdder dropped = new LongAdder();
  private final AtomicBoolean asleep = new AtomicBoolean();

  /// The number of lines, counted from the first, that belong into the old file.
  private final AtomicLong reopenAfter = new AtomicLong(NEVER);

  private volatile boolean closing;
  private volatile String trouble = "";

  /// Owned by the writer.
  private long warned;

  private long warnNanos;

  /// Opens the log that `-l` names: `host:port` (IPv6 in brackets) or, with a slash or without a
  /// colon, a file.
  ///
  /// @param unixMillis the wall clock
  /// @param visible the name by which a file can be reached at the time, which a chroot changes
  /// @throws IOException naming the file or host that is at fault
  public static RequestLog open(String target, LongSupplier unixMillis, UnaryOperator<Path> visible)
      throws IOException {
    return target.contains("/") || !target.contains(":")
        ? toFile(Path.of(target), unixMillis, visible)
        : toDatagrams(receiver(target), unixMillis);
  }

  /// Appends to `file`, which is created if need be.
  static RequestLog toFile(Path file, LongSupplier unixMillis, UnaryOperator<Path> visible)
      throws IOException {
    return new RequestLog(
        file.toString(),
        false,
        unixMillis,
        System::nanoTime,
        QUEUE,
        losses -> LogFile.open(file, visible, losses));
  }

  /// Sends to a penlogd.
  static RequestLog toDatagrams(InetSocketAddress receiver, LongSupplier unixMillis)
      throws IOException {
    String name = receiver.getHostString() + ":" + receiver.getPort();
    if (receiver.isUnresolved()) {
      throw new UnknownHostException("cannot send request log to " + name + ": unknown host");
    }
    return new RequestLog(
        name, true, unixMillis, System::nanoTime, QUEUE, l -> new LogDatagrams(name, receiver, l));
  }

  RequestLog(
      String name,
      boolean datagrams,
      LongSupplier unixMillis,
      LongSupplier nanos,
      int capacity,
      Opening opening)
      throws IOException {
    this.name = name;
    this.datagrams = datagrams;
    this.unixMillis = unixMillis;
    this.nanos = nanos;
    queue = new MpscVarHandleArrayQueue<>(capacity);
    target = opening.open(this::lost);
    warnNanos = nanos.getAsLong() - WARN_NANOS;
    writer = Thread.ofPlatform().daemon().name("request-log").start(this::run);
  }

  private static InetSocketAddress receiver(String target) throws IOException {
    int colon = target.lastIndexOf(':');
    String host = target.substring(0, colon);
    int port = port(target, target.substring(colon + 1));
    boolean brackets = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (!brackets && host.contains(":"))) {
      throw new IOException("request log " + target + ": expected a file or host:port");
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IOException("cannot send request log to " + target + ": unknown host", e);
    }
  }

  private static int port(String target, String text) throws IOException {
    if (text.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    }
    throw new IOException("request log " + target + ": the port must be 1 to 65535");
  }

  /// Adds a line, or counts it as dropped. From any thread; never waits.
  ///
  /// @param client address without a port
  /// @param server address without a port
  /// @param request of which at most 100 bytes are logged; unprintable ones become dots
  public void line(
      CharSequence client, CharSequence server, byte[] request, int offset, int length) {
    byte[] line =
        datagrams
            ? LogLine.forDatagram(client, server, request, offset, length)
            : LogLine.forFile(client, unixSeconds(), server, request, offset, length);
    if (closing) {
      dropped.increment();
    } else if (queue.offer(line)) {
      wake();
    } else {
      lost(1, "the queue is full");
    }
  }

  private long unixSeconds() {
    return Math.max(0, unixMillis.getAsLong() / 1000);
  }

  /// Lines lost since the start.
  public long dropped() {
    return dropped.sum();
  }

  /// Asks the writer to go on in a new file of the same name (HUP): lines added before go to the
  /// old file, lines added after to the new one. From any thread; never waits. If there can be no
  /// new file the old one stays in use (Deviation from pen: it ends).
  public void reopen() {
    // An earlier request that has not been served yet serves this one too: the file that it opens
    // is the one that has the name then.
    reopenAfter.compareAndSet(NEVER, queue.currentProducerIndex());
    wake();
  }

  /// Writes what has been added and ends; gives up after two seconds. Lines that come later are
  /// dropped.
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    wake();
    try {
      if (!writer.join(Duration.ofMillis(CLOSE_MILLIS))) {
        lost(queue.size(), "the writer hangs");
        LOG.warn("request log {}: cannot be written, the last lines are lost", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lost(long lines, String why) {
    trouble = why;
    dropped.add(lines);
  }

  /// Neither side can miss the other: `offer` advances the producer index before this reads
  /// `asleep`, and [#sleep] sets `asleep` before it reads the index; all four are volatile
  /// accesses.
  private void wake() {
    if (asleep.get() && asleep.compareAndSet(true, false)) {
      LockSupport.unpark(writer);
    }
  }

  private void run() {
    boolean last;
    do {
      sleep();
      last = closing;
      writeQueue();
      warnOfLosses(last);
    } while (!last);
    target.close();
  }

  private void writeQueue() {
    for (byte[] line = queue.poll(); line != null; line = queue.poll()) {
      // Behind poll(): a request that was made before the line was added is seen here.
      reopenIfDue(queue.currentConsumerIndex() - 1);
      target.add(line);
    }
    target.flush();
    reopenIfDue(queue.currentConsumerIndex());
  }

  private void reopenIfDue(long added) {
    long after = reopenAfter.get();
    if (after != NEVER && after <= added) {
      // First: a request that comes from now on means a file that is perhaps not there yet.
      reopenAfter.set(NEVER);
      target.reopen();
    }
  }

  private void warnOfLosses(boolean now) {
    long total = dropped.sum();
    if (total != warned && (now || untilWarning() <= 0)) {
      LOG.warn("request log {}: {} lines dropped: {}", name, total - warned, trouble);
      warned = total;
      warnNanos = nanos.getAsLong();
    }
  }

  private long untilWarning() {
    return warnNanos + WARN_NANOS - nanos.getAsLong();
  }

  private void sleep() {
    asleep.set(true);
    if (queue.isEmpty() && reopenAfter.get() == NEVER && !closing) {
      if (dropped.sum() == warned) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, Math.max(1, untilWarning()));
      }
    }
    asleep.set(false);
  }
}
