package org.penlb.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.penlb.balance.Departure;
import org.penlb.balance.Explanation;
import org.penlb.balance.Explanation.Access;
import org.penlb.balance.Explanation.Outcome;
import org.penlb.balance.Explanation.Step;
import org.penlb.balance.Reason;
import org.penlb.stats.Wording;

/// The answer to `why` in sentences: where a client would go now, why, and what happened before.
///
/// Owned by: the thread that answers.
final class WhyText {
  /// Steps that are told; what is behind them hardly ever matters.
  private static final int STEPS_MAX = 50;

  private final StringBuilder out = new StringBuilder();
  private final Explanation explanation;

  private WhyText(Explanation explanation) {
    this.explanation = explanation;
  }

  static String of(Explanation explanation) {
    var text = new WhyText(explanation);
    text.outcome();
    text.network();
    text.access();
    text.pin();
    text.known();
    text.chooser();
    text.steps();
    text.stays();
    return text.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  // ---- where to -------------------------------------------------------------------------------

  /// Where chance decides there are several outcomes: those with the same reason are told together.
  private void outcome() {
    var byReason = new LinkedHashMap<Reason, List<String>>();
    for (var outcome : explanation.outcomes()) {
      if (!outcome.isClosed()) {
        byReason
            .computeIfAbsent(outcome.reason(), _ -> new ArrayList<>())
            .add(place(outcome.slot(), outcome.server(), outcome.reason()));
      }
    }
    var parts = new ArrayList<String>();
    byReason.forEach(
        (reason, places) ->
            parts.add("would go to " + String.join(" or ", places) + ": " + because(reason)));
    if (explanation.outcomes().stream().anyMatch(Outcome::isClosed)) {
      parts.add(
          explanation.access().permitted()
              ? "would be closed: no server can take it"
              : "would be closed: it is denied, and there is no abuse server");
    }
    line(explanation.address() + " " + String.join("; or ", parts));
  }

  private static String because(Reason reason) {
    return switch (reason) {
      case NEW -> "as a new client";
      case RETURNING -> "the server it used last";
      case PINNED -> "it is pinned there";
      case FAILOVER -> "the next one that can take it";
      case EMERGENCY -> "no regular server can take it";
      case ABUSE -> "it is denied";
    };
  }

  private static String place(int slot, String server, Reason reason) {
    var role = slot >= 0 ? "server " + slot : "the " + reason.label() + " server";
    return role + " (" + server + ")";
  }

  private static String place(int slot, String server) {
    return "server " + slot + " (" + server + ")";
  }

  // ---- who it is ------------------------------------------------------------------------------

  private void network() {
    if (!explanation.key().equals(explanation.address())) {
      line(
          "  it counts as one client with all of its network: %s (track_prefix)"
              .formatted(explanation.key()));
    }
  }

  private void access() {
    if (!explanation.access().permitted()) {
      line("  it is denied by %s".formatted(entry(explanation.access())));
    }
  }

  private static String entry(Access access) {
    return access.rule() < 0
        ? "acl " + access.list() + ": no entry matches, so the opposite of the last one counts"
        : "acl " + access.list() + ", entry " + (access.rule() + 1) + ": " + access.entry();
  }

  private void pin() {
    var pin = explanation.pin();
    if (pin != null) {
      line(
          "  it is pinned to server %d %s%s"
              .formatted(
                  pin.slot(),
                  pin.left() == null ? "until `unpin`" : "for " + Wording.span(pin.left()),
                  pin.isVoid() ? ", where there is none: the pin does not count" : ""));
    }
  }

  private void known() {
    var known = explanation.known();
    if (!explanation.tracked()) {
      line("  clients are not tracked (roundrobin)");
    } else if (known == null) {
      line("  it is not known: it has not been here, or is forgotten");
    } else {
      line(
          "  connections so far: %d; the last one, %s, %s"
              .formatted(known.connects(), ago(known.lastVisit()), went(known.reason())));
      own(known.own());
    }
  }

  /// @param reason null if that has not been decided
  private static String went(Reason reason) {
    return switch (reason) {
      case NEW -> "went where a new client goes";
      case RETURNING -> "went to the server that it had used before";
      case PINNED -> "went where it was pinned";
      case FAILOVER -> "went to the next server that could take it";
      case EMERGENCY -> "went to the emergency server";
      case ABUSE -> "went to the abuse server";
      case null -> "has had no server";
    };
  }

  private void own(Explanation.Own own) {
    if (own == null) {
      line("  it has no server of its own yet");
    } else {
      line(
          "  its own server has been %s for %s%s"
              .formatted(
                  place(own.slot(), own.server()),
                  Wording.span(own.since()),
                  own.counts() ? "" : "; that one is gone, so it counts as a new client"));
    }
  }

  private static String ago(Duration time) {
    return Wording.span(time) + " ago";
  }

  // ---- how it is chosen -----------------------------------------------------------------------

  private void chooser() {
    var chooser = explanation.chooser();
    if (chooser == null) {
      return;
    }
    var who =
        switch (chooser) {
          case PIN -> "its pin names the first server to try";
          case OWN -> "its own server is the first to try";
          case PRIO -> "first is the server with the lowest prio number";
          case WEIGHT -> "first is the server with the least load by weight";
          case HASH -> "first is the server that the hash of its address names";
          case LEASTCONN -> "first is the server with the fewest connections";
          case RANDOM -> "first is any server";
          case ROUNDROBIN -> "first is the next server in turn";
        };
    var possible =
        explanation.possible().size() > 1
            ? explanation.possible().stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", ", one of ", ""))
            : "";
    line("  %s%s".formatted(who, possible));
  }

  private void steps() {
    if (explanation.steps().isEmpty()) {
      return;
    }
    line("  servers in the order in which they would be tried:");
    int count = 0;
    for (var step : explanation.steps()) {
      if (++count > STEPS_MAX) {
        line("    and %d more".formatted(explanation.steps().size() - STEPS_MAX));
        return;
      }
      line(
          "    %d. %s %s"
              .formatted(count, place(step.slot(), step.server(), step.reason()), verdict(step)));
    }
  }

  private static String verdict(Step step) {
    return switch (step.verdict()) {
      case TAKES -> "can take it";
      case NO_PORT -> "is not used: it has no port";
      case DENIED -> "denies it by " + entry(step.access());
      case DRAINED ->
          step.own()
              ? "is drained, and the time of its own clients is over"
              : "is drained, and takes its own clients only";
      case BLACKLISTED -> "is blacklisted for " + Wording.span(step.blacklistedFor());
      case FULL ->
          "is full: it has %d of %d connections".formatted(step.connections(), step.limit());
    };
  }

  // ---- what was before ------------------------------------------------------------------------

  private void stays() {
    if (explanation.known() == null) {
      return;
    }
    for (var stay : explanation.known().stays()) {
      line(
          "  before, it was at %s, from %s to %s, and left because %s"
              .formatted(
                  place(stay.slot(), stay.server()),
                  ago(stay.from()),
                  ago(stay.until()),
                  because(stay.why())));
    }
  }

  private static String because(Departure why) {
    return switch (why) {
      case FAILED -> "a connect to it failed";
      case BLACKLISTED -> "it was blacklisted";
      case FULL -> "it was full";
      case DRAINED -> "it was drained";
      case DENIED -> "its access list denied the client";
      case REMOVED -> "it was removed, or became another server";
      case PINNED -> "the client was pinned to another";
      case CROSSED -> "another connection of the client went elsewhere at the same time";
    };
  }
}
