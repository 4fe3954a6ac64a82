package org.penlb.mergelogs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.penlb.penlog.PenLine;
import org.penlb.penlog.RequestText;
import org.penlb.penlog.WebLine;

/// pen's request log: finds the client of a request. Holds those of a window of time that moves
/// forward.
///
/// Owned by: the main thread.
final class PenLog {
  /// How far pen's lines may be out of order. They are written by one thread, so this is for clocks
  /// that were set.
  static final long DISORDER_SECONDS = 60;

  /// Later than any log, and still far from an overflow.
  private static final long LATEST = Arguments.UNLIMITED;

  private static final int SPARE_LISTS = 16;

  private final LogReader reader;
  private final Servers servers;
  private final PenTime time;
  private final long jitterSeconds;
  private final Tally tally;
  private final Garbage garbage;
  private final PenLine line = new PenLine();
  private final Request sought = new Request(RequestText.MAX);
  private final Map<Request, Request> requests = new HashMap<>();

  /// What is to be forgotten together.
  private final TreeMap<Long, List<Moment>> moments = new TreeMap<>();

  private final ArrayDeque<List<Moment>> spare = new ArrayDeque<>();
  private List<Moment> current;
  private long currentSeconds;

  private boolean ended;
  private long last = Long.MIN_VALUE;

  /// The time of the line before that one. Both have to be beyond the window: a single line with a
  /// wild time must not keep all behind it from being read.
  private long lastButOne = Long.MIN_VALUE;

  private long forgotten = Long.MIN_VALUE;

  PenLog(
      LogReader reader,
      Servers servers,
      PenTime time,
      long jitterSeconds,
      Tally tally,
      Garbage garbage) {
    this.reader = reader;
    this.servers = servers;
    this.time = time;
    this.jitterSeconds = jitterSeconds;
    this.tally = tally;
    this.garbage = garbage;
  }

  /// Moves the window to a time, which never goes back.
  void moveTo(long seconds) {
    if (jitterSeconds < Arguments.UNLIMITED) {
      forgetBefore(seconds - jitterSeconds);
      readUntil(seconds + jitterSeconds + DISORDER_SECONDS);
    } else {
      readUntil(LATEST);
    }
  }

  /// Takes the client whose request is the nearest in time, so that no other line gets it.
  ///
  /// @return null if there is none
  byte[] take(int server, WebLine web, long seconds) {
    var client = take(sought.set(server, web.requestText(sought.text())), seconds);
    if (client == null && web.isEscaped()) {
      client = take(sought.set(server, web.requestTextAsIs(sought.text())), seconds);
    }
    return client;
  }

  private byte[] take(Request wanted, long seconds) {
    var request = requests.get(wanted);
    var moment = request == null ? null : request.nearest(seconds);
    if (moment == null || Math.abs(moment.seconds - seconds) > jitterSeconds) {
      return null;
    }
    var client = moment.take();
    if (moment.isEmpty()) {
      remove(moment);
    }
    tally.matched++;
    return client;
  }

  private void remove(Moment moment) {
    var request = moment.request;
    request.remove(moment);
    if (request.isEmpty()) {
      requests.remove(request);
    }
  }

  // ---- the window -----------------------------------------------------------------------------

  private void forgetBefore(long seconds) {
    forgotten = seconds;
    if (currentSeconds < seconds) {
      current = null;
    }
    while (!moments.isEmpty() && moments.firstKey() < seconds) {
      var list = moments.pollFirstEntry().getValue();
      for (var moment : list) {
        if (!moment.isEmpty()) {
          moment.clear();
          remove(moment);
        }
      }
      garbage.drop(list.size());
      list.clear();
      if (spare.size() < SPARE_LISTS) {
        spare.add(list);
      }
    }
  }

  private void readUntil(long seconds) {
    while (!ended && Math.min(last, lastButOne) <= seconds) {
      if (reader.next()) {
        read(reader.bytes(), reader.from(), reader.to());
      } else {
        ended = true;
      }
    }
  }

  private void read(byte[] bytes, int from, int to) {
    if (!line.readFile(bytes, from, to) || !PenTime.isSane(line.unixSeconds())) {
      reader.reject();
      return;
    }
    tally.lines++;
    long seconds = time.utc(line.unixSeconds());
    lastButOne = last;
    last = seconds;
    int server = servers.find(line);
    if (server < 0) {
      tally.otherServers++;
    } else if (seconds >= forgotten) {
      int client = line.clientFrom();
      var copy = Arrays.copyOfRange(bytes, client, client + line.clientLength());
      add(sought.set(server, line.requestText(sought.text())), seconds, copy);
    }
  }

  private void add(Request sent, long seconds, byte[] client) {
    var request = requests.get(sent);
    if (request == null) {
      request = sent.copy();
      requests.put(request, request);
    }
    var moment = request.add(seconds, client);
    if (moment != null) {
      garbage.make();
      of(seconds).add(moment);
    }
  }

  private List<Moment> of(long seconds) {
    if (current == null || currentSeconds != seconds) {
      current =
          moments.computeIfAbsent(seconds, _ -> spare.isEmpty() ? new ArrayList<>() : spare.poll());
      currentSeconds = seconds;
    }
    return current;
  }
}
