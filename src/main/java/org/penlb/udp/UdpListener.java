package org.penlb.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import org.penlb.acl.ClientAddress;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Ready;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Receives the datagrams of clients on one socket, and sends them what servers answer.
///
/// Owned by: loop of its table.
///
/// To stop, it becomes deaf: it takes what has been received, lets nobody else in, and goes on to
/// send replies until the last of its sessions is over.
public final class UdpListener implements Ready {
  private static final Logger LOG = LoggerFactory.getLogger(UdpListener.class);

  static final int BATCH = 32;

  /// In one turn of the loop.
  private static final int BATCHES = 8;

  /// Sessions begun in one turn of the loop, which takes some 20 us each.
  private static final int NEW_SESSIONS = 64;

  /// When so many turns in a row had to leave new clients waiting it is a flood: known sessions go
  /// first, and further new clients of a turn are dropped.
  private static final int TURNS_BEHIND = 8;

  /// Of a socket that does not cease to hear.
  private static final int LAST_BATCHES = 1024;

  private final DatagramChannel socket;
  private final SessionTable table;
  private final boolean ipv6;
  private final boolean wildcard;
  private final ClientAddress local;
  private final int port;
  private final int scope;
  private SelectionKey key;

  /// -1 when it is closed, as the number may be another's by then.
  private int descriptor;

  private boolean deaf;
  private int sessions;
  private int begun;
  private int turnsBehind;

  public UdpListener(DatagramChannel socket, SessionTable table) throws IOException {
    this.socket = socket;
    this.table = table;
    this.descriptor = Sockets.descriptor(socket);
    var address = (InetSocketAddress) socket.getLocalAddress();
    this.ipv6 = UdpSockets.isIpv6(address);
    this.wildcard = address.getAddress().isAnyLocalAddress();
    this.local = ClientAddress.of(address);
    this.port = address.getPort();
    this.scope = UdpSockets.scope(address);
  }

  public EventLoop loop() {
    return table.loop();
  }

  /// Begins to take datagrams. From any thread, before the loop runs or while it does.
  ///
  /// @throws IOException if the loop cannot take the socket
  public void open() throws IOException {
    try {
      loop().askAndWait(this::register);
    } catch (IOException e) {
      throw new IOException("cannot receive datagrams: " + e.getMessage(), e);
    }
  }

  private Void register() throws IOException {
    socket.configureBlocking(false);
    key = loop().register(socket, SelectionKey.OP_READ, this);
    table.add(this);
    return null;
  }

  // ---- receive --------------------------------------------------------------------------------

  @Override
  public void onReady(int readyOps) {
    begun = 0;
    for (int i = 0; i < BATCHES; i++) {
      if (!takeBatch()) {
        turnsBehind = 0;
        return;
      }
      if (begun >= NEW_SESSIONS && !isFlooded()) {
        turnsBehind++;
        return;
      }
    }
  }

  private boolean isFlooded() {
    return turnsBehind >= TURNS_BEHIND;
  }

  /// Returns whether there may be more.
  private boolean takeBatch() {
    var in = table.incoming();
    int count = in.receive(descriptor, 0, BATCH);
    for (int from = 0; from < count; ) {
      from = pass(in, from, count);
    }
    in.reset(0, count);
    return count == BATCH;
  }

  /// Passes on what one client sent without interruption; returns the slot after it.
  private int pass(Datagrams in, int from, int count) {
    var session = table.find(this, from);
    if (session == null) {
      session = begin(from);
      if (session == null) {
        return from + 1;
      }
    }
    int to = from + 1;
    while (to < count && session.isSender(in, to, this)) {
      to++;
    }
    session.toServer(this, in, from, to);
    return to;
  }

  private Session begin(int slot) {
    if (begun >= NEW_SESSIONS && isFlooded()) {
      table.onFlood(1);
      return null;
    }
    var session = table.begin(this, slot);
    if (session != null) { // to deny somebody costs next to nothing
      begun++;
    }
    return session;
  }

  // ---- local address --------------------------------------------------------------------------

  long localHigh(Datagrams in, int slot) {
    return wildcard && in.hasLocal(slot) ? in.localHigh(slot) : local.high();
  }

  long localLow(Datagrams in, int slot) {
    return wildcard && in.hasLocal(slot) ? in.localLow(slot) : local.low();
  }

  /// The interface that replies from a link-local address leave by; 0 for another.
  int localScope(Datagrams in, int slot) {
    return wildcard && in.hasLocal(slot) && UdpSockets.isLinkLocal(in.localHigh(slot))
        ? in.localScope(slot)
        : 0;
  }

  int port() {
    return port;
  }

  boolean isIpv6() {
    return ipv6;
  }

  /// Whether replies have to say which address they come from.
  boolean isWildcard() {
    return wildcard;
  }

  int descriptor() {
    return descriptor;
  }

  // ---- end ------------------------------------------------------------------------------------

  void enter() {
    sessions++;
  }

  void leave() {
    sessions--;
    if (deaf && sessions == 0) {
      closeIfDeaf();
    }
  }

  /// Takes what has been received, then nothing more. On the loop.
  public void stop() {
    if (deaf || !socket.isOpen()) {
      return;
    }
    deaf = true;
    boolean unheard = deafen();
    if (key != null) {
      turnsBehind = 0; // whoever has come is served
      for (int i = 0; i < LAST_BATCHES && takeBatch(); i++) {
        // all that waits: nothing is added any more
      }
      deregister();
    }
    if (!unheard || sessions == 0) {
      closeIfDeaf();
    }
  }

  private boolean deafen() {
    if (!wildcard) {
      return DatagramSockets.deafen(descriptor, ipv6, local.high(), local.low(), scope);
    }
    return ipv6
        ? DatagramSockets.deafen(descriptor, true, 0, 1, 0) // ::1
        : DatagramSockets.deafen(descriptor, false, 0, 0x7f00_0001, 0);
  }

  /// At once: the port may be somebody else's next.
  private void deregister() {
    try {
      loop().deregister(key);
    } catch (IOException e) {
      LOG.warn("service {}: listener: {}", table.service().name(), e.getMessage());
    }
  }

  /// Nobody needs it for replies any more.
  void closeIfDeaf() {
    if (!deaf) {
      return;
    }
    table.remove(this);
    descriptor = -1;
    UdpSockets.closeQuietly(socket);
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("service {}: listener: {}", table.service().name(), defect.toString(), defect);
    table.incoming().reset(0, BATCH);
  }
}
