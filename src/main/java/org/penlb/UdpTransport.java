package org.penlb;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.penlb.balance.Service;
import org.penlb.config.Endpoint;
import org.penlb.log.RequestLog;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ListeningSockets;
import org.penlb.udp.SessionTable;

/// Sessions of datagrams.
///
/// @param tables one for each loop
record UdpTransport(List<SessionTable> tables) implements Transport {
  UdpTransport(Service service, List<EventLoop> loops) {
    this(SessionTable.forService(service, loops));
  }

  @Override
  public boolean overlaps(Endpoint endpoint, Collection<ListeningAddress> others)
      throws IOException {
    var wanted = ListeningSockets.resolve(endpoint);
    return others.stream()
        .anyMatch(
            other ->
                other instanceof UdpAddress
                    && !other.isClosed()
                    && ListeningSockets.overlap(wanted, other.address()));
  }

  @Override
  public ListeningAddress open(
      Endpoint endpoint, int backlog, boolean takeover, Collection<ListeningAddress> replaced)
      throws IOException {
    return UdpAddress.open(endpoint, tables, takeover || overlaps(endpoint, replaced));
  }

  /// Sessions belong to their service, and so do the sockets they are answered from: others open
  /// their own beside them.
  @Override
  public ListeningAddress takeOver(Endpoint endpoint, List<ListeningAddress> replaceable) {
    return null;
  }

  @Override
  public void replaceLog(RequestLog log) {
    tables.forEach(table -> table.replaceLog(log));
  }
}
