package org.penlb.mergelogs;

import java.util.Arrays;
import java.util.Comparator;

/// A request to a server, and when clients have sent it that no line of the server's log has been
/// found for yet.
///
/// Owned by: the main thread. Two of them are equal if they are for the same server and have the
/// same text; so one whose text is replaced by [#set] serves to look for another. Clients choose
/// the text, and could choose many with the same hash: these are put in order instead.
///
/// The moments are a list by time. Both ends of the window move forward through it, each from where
/// it was before: looking for one takes a few steps however many there are.
final class Request implements Comparable<Request> {
  private static final Comparator<Request> ORDER =
      Comparator.comparingInt((Request r) -> r.server)
          .thenComparing(
              (a, b) -> Arrays.compareUnsigned(a.text, 0, a.length, b.text, 0, b.length));

  private final byte[] text;
  private int server;
  private int length;
  private int hash;

  /// Where the last question was answered; null if there is no moment.
  private Moment near;

  /// What was added last, or its neighbour; null if there is no moment.
  private Moment added;

  /// @param room for the text, in bytes
  Request(int room) {
    text = new byte[room];
  }

  private Request(Request other) {
    text = Arrays.copyOf(other.text, other.length);
    server = other.server;
    length = other.length;
    hash = other.hash;
  }

  /// One to keep, without moments.
  Request copy() {
    return new Request(this);
  }

  /// For a new text, which [#set] ends.
  byte[] text() {
    return text;
  }

  Request set(int server, int length) {
    this.server = server;
    this.length = length;
    int h = server;
    for (int i = 0; i < length; i++) {
      h = 31 * h + text[i];
    }
    hash = h;
    return this;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Request other
        && hash == other.hash
        && server == other.server
        && Arrays.equals(text, 0, length, other.text, 0, other.length);
  }

  @Override
  public int compareTo(Request other) {
    return ORDER.compare(this, other);
  }

  // ---- moments --------------------------------------------------------------------------------

  boolean isEmpty() {
    return near == null;
  }

  /// Adds a client, behind all others of the same second.
  ///
  /// @return the moment if it is a new one, null if others have sent the request in that second too
  Moment add(long seconds, byte[] client) {
    var at = added;
    while (at != null && at.seconds > seconds && at.earlier != null) {
      at = at.earlier;
    }
    while (at != null && at.later != null && at.later.seconds <= seconds) {
      at = at.later;
    }
    if (at != null && at.seconds == seconds) {
      at.add(client);
      added = at;
      return null;
    }
    var moment = new Moment(this, seconds, client);
    if (at == null) {
      near = moment;
    } else if (at.seconds < seconds) {
      moment.insertBetween(at, at.later);
    } else {
      moment.insertBetween(at.earlier, at);
    }
    added = moment;
    return moment;
  }

  /// The moment that is nearest to a time, of two equally near ones the earlier; null if there is
  /// none.
  Moment nearest(long seconds) {
    if (near == null) {
      return null;
    }
    while (near.seconds < seconds && near.later != null) {
      near = near.later;
    }
    while (near.earlier != null && near.earlier.seconds >= seconds) {
      near = near.earlier;
    }
    var before = near.earlier;
    return before != null && seconds - before.seconds <= near.seconds - seconds ? before : near;
  }

  void remove(Moment moment) {
    if (near == moment) {
      near = moment.neighbour();
    }
    if (added == moment) {
      added = moment.neighbour();
    }
    moment.unlink();
  }
}
