package org.penlb.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.penlb.acl.ClientAddress;

/// One client: what pen remembers of a source address.
///
/// Owned by: shared (volatile and atomic fields; visits are serialised by the client table). Live
/// connections keep the object even when the table has forgotten the client.
public final class Client {
  private static final VarHandle SENT = counter("sent");
  private static final VarHandle RECEIVED = counter("received");

  private final ClientAddress address;
  private volatile Server server;
  private volatile Reason reason;
  private volatile long lastVisitNanos;
  private volatile long connects;
  private volatile long sent;
  private volatile long received;

  Client(ClientAddress address) {
    this.address = address;
  }

  private static VarHandle counter(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Client.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public ClientAddress address() {
    return address;
  }

  /// The regular server that took its last connection; null before the first.
  public Server server() {
    return server;
  }

  /// Why its last connection went where it went; null before the first.
  public Reason reason() {
    return reason;
  }

  /// A server took its connection. Only regular servers are remembered.
  public void remember(Server tookIt, Reason why) {
    if (tookIt.isRegular()) {
      server = tookIt;
    }
    reason = why;
  }

  public long lastVisitNanos() {
    return lastVisitNanos;
  }

  public long connects() {
    return connects;
  }

  /// Bytes sent to it.
  public long sent() {
    return sent;
  }

  /// Bytes received from it.
  public long received() {
    return received;
  }

  /// The table's lock is held: there is one writer at a time.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void visited(long nowNanos) {
    lastVisitNanos = nowNanos;
    connects++;
  }

  public void addTraffic(long sentBytes, long receivedBytes) {
    SENT.getAndAdd(this, sentBytes);
    RECEIVED.getAndAdd(this, receivedBytes);
  }
}
