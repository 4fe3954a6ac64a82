package org.penlb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.penlb.config.Endpoint;
import org.penlb.config.ServiceConfig;
import org.penlb.loop.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The addresses that one service listens on.
///
/// Owned by: whoever changes the configuration, one at a time; any thread may look at what is
/// listened on.
final class ListeningAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(ListeningAddresses.class);

  private final String service;
  private final List<EventLoop> loops;
  private final Transport transport;
  private volatile List<ListeningAddress> addresses = List.of();

  /// Those that take who has begun to connect before they close.
  private final List<ListeningAddress> retired = new CopyOnWriteArrayList<>();

  private boolean started;

  /// @param started whether the loops run
  ListeningAddresses(String service, List<EventLoop> loops, Transport transport, boolean started) {
    this.service = service;
    this.loops = loops;
    this.transport = transport;
    this.started = started;
  }

  List<ListeningAddress> all() {
    return addresses;
  }

  /// The loops run from now on.
  void loopsStart() {
    started = true;
  }

  /// Addresses that a change opens or takes over; not in use yet.
  ///
  /// Owned by: the thread that changes.
  final class Move {
    private final ServiceConfig next;
    private final boolean takeover;
    private final List<ListeningAddress> replaceable;
    private final List<ListeningAddress> gone = new ArrayList<>(addresses);
    private final List<ListeningAddress> opened = new ArrayList<>();

    /// From other services, or under another name.
    private final List<ListeningAddress> handedOver = new ArrayList<>();

    /// By the endpoints of `next`: the old one or a new one, null for one that is to be opened.
    private final ListeningAddress[] listening;

    /// Opens nothing yet.
    ///
    /// @param replaceable addresses, of other services too, that nobody needs once this is in
    ///   force; those that this one goes on with are taken out of it
    Move(ServiceConfig next, boolean takeover, List<ListeningAddress> replaceable) {
      this.next = next;
      this.takeover = takeover;
      this.replaceable = replaceable;
      this.listening = new ListeningAddress[next.listen().size()];
      Arrays.setAll(listening, i -> take(gone, next.listen().get(i)));
    }

    /// Takes over what others give up, and opens what has nothing to do with others.
    void openOwn() throws IOException {
      open(false);
    }

    /// Those that share clients with others come last, when nothing else can fail: from the moment
    /// they are open clients come to them, who would be lost if they were closed again.
    void openShared() throws IOException {
      open(true);
    }

    private void open(boolean shared) throws IOException {
      for (int i = 0; i < listening.length; i++) {
        var endpoint = next.listen().get(i);
        if (listening[i] == null) {
          listening[i] = takeOver(endpoint);
        }
        if (listening[i] == null && (shared || !transport.overlaps(endpoint, replaceable))) {
          listening[i] = open(endpoint);
        }
      }
    }

    /// The very address, if somebody gives it up; or null.
    private ListeningAddress takeOver(Endpoint endpoint) throws IOException {
      var mine = transport.takeOver(endpoint, replaceable);
      if (mine != null) {
        handedOver.add(mine);
      }
      return mine;
    }

    private ListeningAddress open(Endpoint endpoint) throws IOException {
      var address = transport.open(endpoint, next.settings().backlog(), takeover, replaceable);
      opened.add(address);
      return address;
    }

    /// Nothing has changed.
    void abandon() {
      opened.forEach(ListeningAddress::close);
    }

    /// New addresses begin to accept; the old ones go on to.
    ///
    /// @throws IOException if they cannot, and the loops have not started; else there is no way
    ///   back
    void start() throws IOException {
      addresses = List.of(listening);
      for (var address : addresses) {
        try {
          if (start(address) && started) {
            LOG.info("service {}: listening on {}", service, address);
          }
        } catch (IOException e) {
          if (!started) {
            throw e;
          }
          LOG.error("service {}: {}: {}; nobody is served there", service, address, e.getMessage());
        }
      }
    }

    /// Returns whether it is a new one.
    private boolean start(ListeningAddress address) throws IOException {
      if (handedOver.contains(address)) {
        address.goOn();
        return true;
      }
      if (opened.contains(address)) {
        address.start();
        return true;
      }
      return false;
    }

    /// Addresses to which clients of others may go.
    Stream<ListeningAddress> successors() {
      return Stream.concat(opened.stream(), handedOver.stream());
    }

    /// At last, those that are gone cease to accept.
    ///
    /// @param successors of this service and others
    void stop(List<ListeningAddress> successors) {
      ListeningAddresses.this.stop(gone, successors);
    }
  }

  /// Takes an address out of a list; null if it is not there.
  private static ListeningAddress take(List<ListeningAddress> from, Endpoint endpoint) {
    for (var address : from) {
      if (address.endpoint().equals(endpoint)) {
        from.remove(address);
        return address;
      }
    }
    return null;
  }

  /// Those whose clients others may have: they are retired, or will be by this configuration.
  ///
  /// @param next null: the service goes
  List<ListeningAddress> replaceableBy(ServiceConfig next) {
    retired.removeIf(ListeningAddress::isClosed);
    var replaceable = new ArrayList<>(addresses);
    if (next != null) {
      next.listen().forEach(endpoint -> take(replaceable, endpoint));
    }
    replaceable.addAll(retired);
    return replaceable;
  }

  private void stop(List<ListeningAddress> gone, List<ListeningAddress> successors) {
    for (var address : gone) {
      if (successors.stream().anyMatch(address::hasSocketsOf)) {
        continue;
      }
      if (started
          && (address.outlivesItsEnd() || successors.stream().anyMatch(address::overlaps))) {
        address.retire();
        retired.add(address);
      } else {
        stopAccepting(List.of(address));
        address.close();
      }
      if (started) {
        LOG.info("service {}: no longer listening on {}", service, address);
      }
    }
  }

  /// The service is in no configuration any more.
  ///
  /// @param successors of other services, to whom clients may go
  void leave(List<ListeningAddress> successors) {
    stop(addresses, successors);
    addresses = List.of();
  }

  /// Whether nobody can come any more, after [#leave].
  boolean areClosed() {
    return retired.stream().allMatch(ListeningAddress::isClosed);
  }

  /// Takes the clients that wait, then nobody.
  void stopAccepting() {
    stopAccepting(addresses);
  }

  /// Loop after loop: the kernel hands what comes too late for a socket to another one of the port
  /// (net.ipv4.tcp_migrate_req), which had better not be closing at the same moment.
  private void stopAccepting(List<ListeningAddress> some) {
    for (var loop : loops) {
      var one = List.of(loop);
      LoopAnswers.tell(one, one, _ -> some.forEach(address -> address.stop(loop)));
    }
  }

  /// After [#stopAccepting], or where nothing was started.
  void close() {
    addresses.forEach(ListeningAddress::close);
    retired.forEach(ListeningAddress::close);
  }
}
