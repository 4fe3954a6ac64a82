package org.penlb.balance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.penlb.acl.ClientAddress;

/// The choice of a server for a connection that is not made: the same [Candidates], walked through
/// without taking a place, a turn or a note of the client.
///
/// Owned by: the thread that asks. What other connections do meanwhile may come in between.
final class DryRun {
  private final Basis basis;
  private final Policy policy;
  private final ClientAddress address;
  private final ClientAddress key;
  private final int port;
  private final long nowNanos;
  private final Client client;
  private final boolean isKnown;

  DryRun(Basis basis, Policy policy, ClientAddress address, int port, long nowNanos) {
    this.basis = basis;
    this.policy = policy;
    this.address = address;
    this.key = basis.key(address);
    this.port = port;
    this.nowNanos = nowNanos;
    var found = isTracked() ? basis.clients().find(key, nowNanos) : null;
    this.isKnown = found != null;
    this.client = isKnown ? found : new Client(key, null);
  }

  private boolean isTracked() {
    return !basis.settings().roundrobin();
  }

  Explanation explanation() {
    var preview = new Preview(0);
    var steps = walk(preview);
    var possible = possible(steps, preview);
    var outcomes = new LinkedHashSet<Explanation.Outcome>();
    outcomes.add(outcome(steps));
    for (int pick = 1; pick < possible.size(); pick++) {
      outcomes.add(outcome(walk(new Preview(pick))));
    }
    return new Explanation(
        address,
        key,
        access(basis.settings().clientAcl()),
        isTracked(),
        pinned(),
        isKnown ? known() : null,
        chooser(steps, preview),
        possible,
        steps,
        List.copyOf(outcomes));
  }

  private List<Explanation.Step> walk(Preview preview) {
    var candidates = new Candidates(basis, policy, client, address, port);
    var steps = new ArrayList<Explanation.Step>();
    while (candidates.advance(nowNanos, preview)) {
      steps.add(step(candidates));
    }
    return List.copyOf(steps);
  }

  private Explanation.Step step(Candidates candidates) {
    var server = candidates.current();
    var spec = server.spec();
    boolean own = candidates.isOwn();
    return new Explanation.Step(
        server.slot(),
        spec.hostAndPort(),
        candidates.reason(),
        candidates.verdict(nowNanos),
        own,
        Duration.ofNanos(server.blacklistedNanos(nowNanos)),
        server.isDrained(),
        duration(server.drainLeftNanos(nowNanos)),
        server.connections(),
        own ? spec.hardLimit() : spec.max(),
        server.isRegular() ? access(spec.acl()) : null);
  }

  private static Duration duration(long leftNanos) {
    return leftNanos == Long.MAX_VALUE ? null : Duration.ofNanos(leftNanos);
  }

  private static Explanation.Outcome outcome(List<Explanation.Step> steps) {
    return steps.stream()
        .filter(step -> step.verdict() == Verdict.TAKES)
        .map(step -> new Explanation.Outcome(step.slot(), step.server(), step.reason()))
        .findFirst()
        .orElse(Explanation.Outcome.CLOSED);
  }

  private static List<Integer> possible(List<Explanation.Step> steps, Preview preview) {
    if (!preview.possible().isEmpty()) {
      return preview.possible();
    }
    return steps.stream().map(Explanation.Step::slot).filter(slot -> slot >= 0).limit(1).toList();
  }

  private static Explanation.Chooser chooser(List<Explanation.Step> steps, Preview preview) {
    if (steps.isEmpty()) {
      return null;
    }
    return switch (steps.getFirst().reason()) {
      case PINNED -> Explanation.Chooser.PIN;
      case RETURNING -> Explanation.Chooser.OWN;
      case NEW ->
          preview.isRoundRobin()
              ? Explanation.Chooser.ROUNDROBIN
              : Explanation.Chooser.valueOf(preview.decider().name());
      case FAILOVER, EMERGENCY, ABUSE -> null;
    };
  }

  private Explanation.Access access(int number) {
    var list = basis.lists().list(number);
    int rule = list.decidingRule(address);
    return new Explanation.Access(
        number, list.permits(address), rule, rule < 0 ? "" : list.rules().get(rule).toString());
  }

  private Explanation.Pinned pinned() {
    var pin = basis.pins().find(key, nowNanos);
    return pin == null
        ? null
        : new Explanation.Pinned(
            pin.slot(), !basis.servers().isInUse(pin.slot()), pin.left(nowNanos));
  }

  private Explanation.Known known() {
    var place = client.place();
    return new Explanation.Known(
        ago(client.lastVisitNanos()),
        client.connects(),
        client.reason(),
        own(place),
        place.stays().stream().map(this::pastStay).toList());
  }

  private Explanation.Own own(Client.Place place) {
    var server = place.server();
    return server == null
        ? null
        : new Explanation.Own(
            server.slot(),
            server.spec().hostAndPort(),
            basis.servers().slotFor(server) >= 0,
            ago(place.sinceNanos()));
  }

  private Explanation.PastStay pastStay(Client.Stay stay) {
    return new Explanation.PastStay(
        stay.server().slot(),
        stay.server().spec().hostAndPort(),
        ago(stay.fromNanos()),
        ago(stay.untilNanos()),
        stay.why());
  }

  private Duration ago(long nanos) {
    return Duration.ofNanos(nowNanos - nanos);
  }
}
