package org.penlb.balance;

import java.time.Duration;
import java.util.List;
import org.penlb.acl.AccessLists;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;
import org.penlb.config.Settings;
import org.penlb.stats.Counters;

/// One balanced service: settings, servers, access lists, clients, and what happened so far.
///
/// Owned by: shared. What it chooses by is one immutable value, replaced as a whole under a lock; a
/// client table may belong to several services.
public final class Service {
  private final String name;
  private final Policy policy = new Policy();
  private final Counters counters = new Counters();
  private volatile Basis basis;

  /// Without access lists: everybody is permitted.
  public Service(String name, Settings settings, ServerTable servers, ClientTable clients) {
    this(name, settings, servers, AccessLists.OPEN, clients);
  }

  public Service(
      String name, Settings settings, ServerTable servers, AccessLists lists, ClientTable clients) {
    this.name = name;
    var pins = new Pins(settings.prefix4(), settings.prefix6());
    this.basis = new Basis(settings, servers, lists, clients, pins);
  }

  /// Replaces all of it at once. Pins stay, by slot.
  public synchronized void apply(
      Settings settings, ServerTable servers, AccessLists lists, ClientTable clients) {
    var pins = basis.pins().cutTo(settings.prefix4(), settings.prefix6());
    basis = new Basis(settings, servers, lists, clients, pins);
  }

  public String name() {
    return name;
  }

  public Settings settings() {
    return basis.settings();
  }

  public ServerTable servers() {
    return basis.servers();
  }

  public AccessLists accessLists() {
    return basis.lists();
  }

  public ClientTable clients() {
    return basis.clients();
  }

  public Counters counters() {
    return counters;
  }

  // ---- clients --------------------------------------------------------------------------------

  /// Whether the access list of clients denies it.
  ///
  /// @param address the whole of it
  public boolean isDenied(ClientAddress address) {
    return basis.denies(address);
  }

  /// The client that begins a connection. One that is denied leaves no trace in the client table.
  ///
  /// @param address the whole of it
  public Client admit(ClientAddress address, long nowNanos) {
    var current = basis;
    return current.denies(address)
        ? new Client(current.key(address), null)
        : remember(current, address, nowNanos);
  }

  /// The client that begins a connection, and that has been found not to be denied. With `-r`
  /// nobody is remembered: it is always a new one.
  ///
  /// @param address the whole of it
  public Client remember(ClientAddress address, long nowNanos) {
    return remember(basis, address, nowNanos);
  }

  private static Client remember(Basis basis, ClientAddress address, long nowNanos) {
    var key = basis.key(address);
    return basis.settings().roundrobin()
        ? new Client(key, null)
        : basis.clients().visit(key, nowNanos);
  }

  /// Its next connection is that of a new client; live ones go on. Returns whether it was known.
  ///
  /// @param address the whole of it, or any in its prefix
  public boolean forget(ClientAddress address) {
    var current = basis;
    return current.clients().forget(current.key(address));
  }

  /// How many clients have their server in each slot.
  public int[] clientsBySlot(long nowNanos) {
    var current = basis;
    return current.clients().countBySlot(current.servers(), nowNanos);
  }

  // ---- pins -----------------------------------------------------------------------------------

  /// Sends a client to a slot of the administrator's choice, for as long as its server can take it.
  ///
  /// @param slot is void while there is nothing in it
  /// @param time after which the pin is over; null: never
  /// @throws BadSettingException if there are [Pins#MOST] already
  public synchronized void pin(ClientAddress address, int slot, long nowNanos, Duration time)
      throws BadSettingException {
    basis.pins().put(address, slot, nowNanos, time);
  }

  /// Returns whether it was pinned.
  public synchronized boolean unpin(ClientAddress address) {
    return basis.pins().remove(address);
  }

  /// In the order of addresses.
  public List<Pins.Pin> pins(long nowNanos) {
    return basis.pins().list(nowNanos);
  }

  // ---- questions ------------------------------------------------------------------------------

  /// Where a connection of this client would go now, and why. Nothing changes by asking.
  ///
  /// @param address the whole of it
  /// @param port the client's, -1 if any
  public Explanation explain(ClientAddress address, int port, long nowNanos) {
    return new DryRun(basis, policy, address, port, nowNanos).explanation();
  }

  Basis basis() {
    return basis;
  }

  Policy policy() {
    return policy;
  }
}
