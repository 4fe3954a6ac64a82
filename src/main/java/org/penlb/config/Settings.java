package org.penlb.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/// How one service behaves. Replaced as a whole, so that a reader always sees one that is whole.
///
/// Owned by: immutable.
///
/// @param algorithms those switched on
/// @param roundrobin `-r`: no client tracking
/// @param stubborn `-s`: never fail over
/// @param blacklist `-b`: how long a server that failed is left out
/// @param connectTimeout `-t`: for one attempt
/// @param tracking `-T`: a client is forgotten this long after its last connection; zero: never
/// @param clientsMax `-c`: slots in the client table
/// @param connectionsMax `-x`: simultaneous connections
/// @param acceptsPerEvent `-m`: connections accepted before others get their turn
/// @param backlog `-q`
/// @param http `-H`: add X-Forwarded-For and X-Forwarded-Proto
/// @param idleTimeout a connection without a byte for so long is closed; zero: never
/// @param drain how long TERM waits for live connections
/// @param resolve how often servers' names are looked up again; zero: never
/// @param fastClose see there
/// @param noDelay switch Nagle's algorithm off on both sides
/// @param keepAlive SO_KEEPALIVE on both sides
/// @param source local address for connections to servers; null: the kernel's choice
/// @param ascii `-a`: dumps of the traffic are text, not hexadecimal
/// @param clientAcl the access list that clients are checked against, 0 to 9
/// @param pendingMax most connects that may be unfinished at a time
/// @param prefix4 how many bits of an IPv4 address make one client, 1 to 32
/// @param prefix6 how many bits of an IPv6 address make one client, 1 to 128
/// @param stickyGroup services of one group share a client table; null: a table of its own
/// @param idlers idle connections to keep open to the servers
/// @param dummy answer every request with a small page instead of asking a server
/// @param transparent connect to servers from the client's address
/// @param udpTimeout a session ends so long after its last datagram; never zero
/// @param udpUnanswered a server is left out after so many datagrams of a session in a row without
///   a reply; 0: never
public record Settings(
    Set<Algorithm> algorithms,
    boolean roundrobin,
    boolean stubborn,
    Duration blacklist,
    Duration connectTimeout,
    Duration tracking,
    int clientsMax,
    int connectionsMax,
    int acceptsPerEvent,
    int backlog,
    boolean http,
    Duration idleTimeout,
    Duration drain,
    Duration resolve,
    FastClose fastClose,
    boolean noDelay,
    boolean keepAlive,
    InetAddress source,
    boolean ascii,
    int clientAcl,
    int pendingMax,
    int prefix4,
    int prefix6,
    String stickyGroup,
    int idlers,
    boolean dummy,
    boolean transparent,
    Duration udpTimeout,
    int udpUnanswered) {

  public static final Settings DEFAULT = new Builder().build();

  public Builder toBuilder() {
    var builder = new Builder();
    builder.algorithms.addAll(algorithms);
    builder.roundrobin = roundrobin;
    builder.stubborn = stubborn;
    builder.blacklist = blacklist;
    builder.connectTimeout = connectTimeout;
    builder.tracking = tracking;
    builder.clientsMax = clientsMax;
    builder.connectionsMax = connectionsMax;
    builder.acceptsPerEvent = acceptsPerEvent;
    builder.backlog = backlog;
    builder.http = http;
    builder.idleTimeout = idleTimeout;
    builder.drain = drain;
    builder.resolve = resolve;
    builder.fastClose = fastClose;
    builder.noDelay = noDelay;
    builder.keepAlive = keepAlive;
    builder.source = source;
    builder.ascii = ascii;
    builder.clientAcl = clientAcl;
    builder.pendingMax = pendingMax;
    builder.prefix4 = prefix4;
    builder.prefix6 = prefix6;
    builder.stickyGroup = stickyGroup;
    builder.idlers = idlers;
    builder.dummy = dummy;
    builder.transparent = transparent;
    builder.udpTimeout = udpTimeout;
    builder.udpUnanswered = udpUnanswered;
    return builder;
  }

  /// The algorithms in force on one line, as the control command `mode` prints them.
  public String mode() {
    var mode = new StringBuilder();
    word(mode, "hash", algorithms.contains(Algorithm.HASH));
    word(mode, "roundrobin", roundrobin);
    word(mode, "stubborn", stubborn);
    word(mode, "weight", algorithms.contains(Algorithm.WEIGHT));
    word(mode, "prio", algorithms.contains(Algorithm.PRIO));
    if (algorithms.contains(Algorithm.LEASTCONN)) {
      word(mode, "leastconn", true);
    }
    if (algorithms.contains(Algorithm.RANDOM)) {
      word(mode, "random", true);
    }
    return mode.toString();
  }

  private static void word(StringBuilder mode, String word, boolean on) {
    mode.append(mode.isEmpty() ? "" : " ").append(on ? "" : "no ").append(word);
  }

  /// Settings in the making, with pen's defaults.
  ///
  /// Owned by: the thread that reads a configuration.
  public static final class Builder {
    public final Set<Algorithm> algorithms = EnumSet.noneOf(Algorithm.class);
    public boolean roundrobin;
    public boolean stubborn;
    public Duration blacklist = Duration.ofSeconds(30);
    public Duration connectTimeout = Duration.ofSeconds(3);
    public Duration tracking = Duration.ZERO;
    public int clientsMax = 2048;
    public int connectionsMax = 500;
    public int acceptsPerEvent = 100;
    public int backlog = 500;
    public boolean http;
    public Duration idleTimeout = Duration.ZERO;
    public Duration drain = Duration.ZERO;
    public Duration resolve = Duration.ZERO;
    public FastClose fastClose = FastClose.OFF;

    /// Deviation from pen: on. A relay that waits for acknowledgements adds 40 ms to small answers.
    public boolean noDelay = true;

    public boolean keepAlive;
    public InetAddress source;
    public boolean ascii;
    public int clientAcl;
    public int pendingMax = 100;
    public int prefix4 = 32;
    public int prefix6 = 128;
    public String stickyGroup;
    public int idlers;
    public boolean dummy;
    public boolean transparent;
    public Duration udpTimeout = Duration.ofSeconds(30);
    public int udpUnanswered;

    public Settings build() {
      return new Settings(
          Set.copyOf(algorithms),
          roundrobin,
          stubborn,
          blacklist,
          connectTimeout,
          tracking,
          clientsMax,
          connectionsMax,
          acceptsPerEvent,
          backlog,
          http,
          idleTimeout,
          drain,
          resolve,
          fastClose,
          noDelay,
          keepAlive,
          source,
          ascii,
          clientAcl,
          pendingMax,
          prefix4,
          prefix6,
          stickyGroup,
          idlers,
          dummy,
          transparent,
          udpTimeout,
          udpUnanswered);
    }
  }
}
