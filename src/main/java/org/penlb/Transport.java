package org.penlb;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.penlb.balance.Service;
import org.penlb.balance.Traffic;
import org.penlb.config.Endpoint;
import org.penlb.log.RequestLog;
import org.penlb.loop.EventLoop;

/// How a service is carried: TCP connections, or UDP sessions, and the addresses they come to.
///
/// Owned by: immutable, but what it gives belongs to others.
interface Transport {
  static Transport of(boolean udp, Service service, List<EventLoop> loops) {
    return udp ? new UdpTransport(service, loops) : new TcpTransport(service, loops);
  }

  /// One for each loop.
  List<? extends Traffic> tables();

  /// Whether clients of an address could be those of others while both are open.
  ///
  /// @throws IOException if its host is unknown
  boolean overlaps(Endpoint endpoint, Collection<ListeningAddress> others) throws IOException;

  /// Opens an address; clients wait until [ListeningAddress#start].
  ///
  /// @param replaced addresses that are retired once this one is in use
  ListeningAddress open(
      Endpoint endpoint, int backlog, boolean takeover, Collection<ListeningAddress> replaced)
      throws IOException;

  /// The very address, if somebody gives it up and this service can go on with its sockets: then it
  /// is taken out of the list. Otherwise null.
  ListeningAddress takeOver(Endpoint endpoint, List<ListeningAddress> replaceable)
      throws IOException;

  /// Logs requests there from now on.
  ///
  /// @param log null for none
  void replaceLog(RequestLog log);
}
