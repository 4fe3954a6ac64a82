package org.penlb.balance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.penlb.acl.AccessLists;

/// A client at a moment when it wants a connection, and the rules written down once more without
/// care for speed: who is tried, in which order, and why.
///
/// @param own slot of the client's last server, -1 for a new client
/// @param kin how that server is related to the one in the slot
/// @param pin slot it is pinned to, maybe one that does not exist; -1 for none
/// @param lastHandedOut by round robin
/// @param emergency null for none
/// @param abuse null for none
/// @param denied by the access list of clients
record Situation(
    List<State> servers,
    int own,
    Kin kin,
    int pin,
    int lastHandedOut,
    State emergency,
    State abuse,
    boolean denied,
    boolean roundrobin,
    boolean stubborn) {

  static final int CLIENT = 1;

  private static final AccessLists FOR_SERVERS = Scene.lists(AccessLists.OPEN, 5, "deny 10.0.0.1");
  private static final AccessLists FOR_ALL = Scene.lists(FOR_SERVERS, 3, "deny 10.0.0.1");

  enum State {
    UP("s:80:1:2", 0),
    BLACKLISTED("s:80:1:2", 0),
    /// Open to clients that return.
    FULL("s:80:1:2", 1),
    FULL_FOR_ALL("s:80:1:2", 2),
    NO_PORT("s:0:1:2", 0),
    /// Open to clients that return, and to those pinned to it.
    DRAINED("s:80:1:2", 0),
    DRAINED_AND_FULL("s:80:1:2", 1),
    DRAIN_IS_OVER("s:80:1:2", 0),
    /// By the server's own list.
    DENYING("s:80:1:2", 0);

    private final String spec;
    private final int connections;

    State(String spec, int connections) {
      this.spec = spec;
      this.connections = connections;
    }

    /// For the emergency and the abuse server, to which nobody returns.
    boolean letsStrangerIn() {
      return this == UP || this == DENYING; // a list is for servers with a slot
    }
  }

  enum Kin {
    SAME,
    /// The slot of the same number in another service's table.
    COUNTERPART,
    RETIRED
  }

  record Try(int slot, Reason reason) {}

  /// What is tried, and not refused by the server's state, if all connects fail.
  List<Try> expected() {
    var tries = new ArrayList<Try>();
    if (denied) {
      if (abuse != null && abuse.letsStrangerIn()) {
        tries.add(new Try(Server.NO_SLOT, Reason.ABUSE));
      }
      return tries;
    }
    boolean pinned = pin >= 0 && pin < servers.size() && servers.get(pin) != State.NO_PORT;
    boolean returning =
        !roundrobin && own >= 0 && kin != Kin.RETIRED && servers.get(own) != State.NO_PORT;
    int first = pinned ? pin : returning ? own : roundRobin();
    var firstReason = pinned ? Reason.PINNED : returning ? Reason.RETURNING : Reason.NEW;
    for (int i = 0; i < servers.size(); i++) {
      int slot = (first + i) % servers.size();
      if (letsIn(slot, returning && slot == own, pinned && i == 0)) {
        tries.add(new Try(slot, i == 0 ? firstReason : Reason.FAILOVER));
      }
      if (stubborn) {
        return tries;
      }
    }
    if (emergency != null && emergency.letsStrangerIn() && !stubborn) {
      tries.add(new Try(Server.NO_SLOT, Reason.EMERGENCY));
    }
    return tries;
  }

  private boolean letsIn(int slot, boolean isOwn, boolean isPinned) {
    return switch (servers.get(slot)) {
      case UP -> true;
      case FULL, DRAINED_AND_FULL -> isOwn;
      case DRAINED -> isOwn || isPinned;
      case BLACKLISTED, FULL_FOR_ALL, NO_PORT, DRAIN_IS_OVER, DENYING -> false;
    };
  }

  /// A server that denies the client has its turn all the same.
  private int roundRobin() {
    int size = servers.size();
    for (int i = 1; i <= size; i++) {
      int slot = (lastHandedOut + i) % size;
      if (servers.get(slot) == State.UP || servers.get(slot) == State.DENYING) {
        return slot;
      }
    }
    return size == 0 ? -1 : (lastHandedOut + 1) % size;
  }

  // ---- for real -------------------------------------------------------------------------------

  Scene scene() {
    var scene = new Scene();
    scene.settings.roundrobin = roundrobin;
    scene.settings.stubborn = stubborn;
    scene.settings.clientAcl = 3;
    for (var state : servers) {
      bring(scene, scene::add, state);
    }
    scene.emergency = emergency == null ? null : bring(scene, Scene::special, emergency);
    scene.abuse = abuse == null ? null : bring(scene, Scene::special, abuse);
    scene.lists = denied ? FOR_ALL : FOR_SERVERS;
    handOut(scene);
    if (own >= 0 && !roundrobin && !denied) {
      scene.settle(CLIENT, lastServer(scene));
    }
    if (pin >= 0) {
      scene.pin(CLIENT, pin, null);
    }
    return scene;
  }

  private Server lastServer(Scene scene) {
    return switch (kin) {
      case SAME -> scene.servers.get(own);
      case COUNTERPART -> Scene.of(own + 1).servers.get(own);
      case RETIRED -> {
        var retired = Scene.of(own + 1).servers.get(own);
        retired.retire();
        yield retired;
      }
    };
  }

  private static Server bring(Scene scene, Function<String, Server> make, State state) {
    var server = make.apply(state.spec);
    Scene.fill(server, state.connections);
    switch (state) {
      case BLACKLISTED -> server.blacklist(scene.now, 1);
      case DRAINED, DRAINED_AND_FULL -> server.drain(scene.now, null);
      case DRAIN_IS_OVER -> server.drain(scene.now, Duration.ZERO);
      case DENYING -> Scene.setAcl(server, 5);
      case UP, FULL, FULL_FOR_ALL, NO_PORT -> {}
    }
    return server;
  }

  /// Turns the round robin to where it would be had it handed out the slot last.
  private void handOut(Scene scene) {
    var service = scene.service();
    if (lastHandedOut < 0) {
      return;
    }
    var idle = new ServerTable(Scene.of(servers.size()).servers, null, null);
    for (int i = 0; i <= lastHandedOut; i++) {
      var _ =
          service.policy().first(service.settings(), idle, Scene.address(0), 1, scene.now, null);
    }
  }
}
