package org.penlb.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Everything a report shows, copied at one moment so that a report can be rendered off the loops.
///
/// Owned by: immutable. "Sent" and "received" are seen from pen: a server was sent what its clients
/// sent to pen, a client was sent what its server answered. Counts are since start: of bytes,
/// unless they are called datagrams.
///
/// @param version pen's version
/// @param time wall clock when the copy was made
/// @param uptime since start, on the monotonic clock
/// @param services in the order of the configuration; the command line describes one
public record Snapshot(String version, Instant time, Duration uptime, List<Service> services) {

  /// One service: listeners with the servers behind them.
  ///
  /// @param udp it carries datagrams: what is said of connections is about sessions
  /// @param listeners listening addresses as an administrator would write them
  /// @param mode the algorithms in force, such as `no hash roundrobin no stubborn`
  /// @param connections live connections; `connectionsMax` is `-x`
  /// @param clients tracked clients; `clientsMax` is `-c`
  /// @param servers by slot
  /// @param special the emergency and the abuse server, where there are any
  /// @param recentClients newest first, a bounded number of them
  /// @param liveConnections oldest first, a bounded number of them
  /// @param closes connections closed since start, by cause
  /// @param logLinesDropped request log lines that the disk or network could not take in time
  /// @param udpTimeout a session of UDP ends so long after its last datagram
  /// @param drops datagrams that went no further, by cause
  public record Service(
      String name,
      boolean udp,
      List<String> listeners,
      String mode,
      int connections,
      int connectionsMax,
      int clients,
      int clientsMax,
      long accepted,
      List<Server> servers,
      List<Server> special,
      List<Client> recentClients,
      List<Connection> liveConnections,
      Map<String, Long> closes,
      long logLinesDropped,
      Duration udpTimeout,
      Map<String, Long> drops) {}

  /// Whether new connections may go to a server.
  public enum ServerState {
    UP,
    BLACKLISTED,
    DRAINED,
    /// No port: the slot is empty.
    UNUSED
  }

  /// One server. `max`, `hard`: 0 is unlimited.
  ///
  /// @param role `server`, `emergency` or `abuse`
  /// @param slot index from 0; -1 for the emergency and the abuse server
  /// @param name as configured, a host name for example
  /// @param address the resolved address in use
  /// @param blacklistedFor time left; zero when not blacklisted
  public record Server(
      String role,
      int slot,
      String name,
      String address,
      int port,
      ServerState state,
      Duration blacklistedFor,
      int connections,
      int max,
      int hard,
      int weight,
      int prio,
      long accepted,
      long failed,
      long sent,
      long received,
      long sentDatagrams,
      long receivedDatagrams) {}

  /// One tracked client.
  ///
  /// @param age since its last connection began
  /// @param server slot of the regular server it used last, -1 if there was none
  /// @param reason why its last connection went where it went: `new`, `returning`, `pinned`,
  ///   `failover`, `emergency` or `abuse`; empty before its first connection was made
  public record Client(
      String address,
      Duration age,
      int server,
      String reason,
      long connects,
      long sent,
      long received,
      long sentDatagrams,
      long receivedDatagrams) {}

  /// One live connection.
  ///
  /// @param address of the client; `unix` for one on a Unix socket
  /// @param port of the client; -1 where it has none
  /// @param server slot, host and port of the one in use or being tried
  /// @param state as in the state diagram of the connection, in lower case
  /// @param waiting bytes read from one side that the other has not taken yet
  public record Connection(
      long number,
      String address,
      int port,
      String server,
      Duration age,
      String state,
      long fromClient,
      long fromServer,
      long waiting) {

    /// The client in words.
    public String client() {
      return port < 0 ? address : address + " port " + port;
    }
  }

  /// One live connection looked at closely: for questions about a single one.
  ///
  /// @param summary as in a list of connections
  /// @param client `address:port`, an IPv6 address in brackets; `unix` for one on a Unix socket
  /// @param server the address and port in use, in the same form; empty while there is none
  /// @param local the address and port from which pen reaches the server; empty while it does not
  /// @param clientDescriptor of the socket to the client; -1 where it cannot be found out
  /// @param serverDescriptor of the socket to the server; -1 too where there is none
  /// @param reason why it went to its server, as for a client; empty while it has none
  /// @param idle since the last byte either way
  public record Details(
      Connection summary,
      String client,
      String server,
      String local,
      int clientDescriptor,
      int serverDescriptor,
      String reason,
      Duration idle) {}
}
