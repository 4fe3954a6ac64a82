package org.penlb;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.penlb.balance.Service;
import org.penlb.config.Endpoint;
import org.penlb.log.RequestLog;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ConnectionTable;

/// Connections.
///
/// @param tables one for each loop
record TcpTransport(List<ConnectionTable> tables) implements Transport {
  TcpTransport(Service service, List<EventLoop> loops) {
    this(ConnectionTable.forService(service, loops, null));
  }

  @Override
  public boolean overlaps(Endpoint endpoint, Collection<ListeningAddress> others)
      throws IOException {
    return TcpAddress.overlaps(endpoint, own(others));
  }

  private static List<TcpAddress> own(Collection<ListeningAddress> addresses) {
    return addresses.stream()
        .filter(TcpAddress.class::isInstance)
        .map(TcpAddress.class::cast)
        .toList();
  }

  @Override
  public ListeningAddress open(
      Endpoint endpoint, int backlog, boolean takeover, Collection<ListeningAddress> replaced)
      throws IOException {
    for (var address : own(replaced)) {
      if (address.isRetired() && address.isAt(endpoint)) {
        address.awaitClosed();
      }
    }
    return TcpAddress.open(endpoint, tables, backlog, takeover, own(replaced));
  }

  @Override
  public ListeningAddress takeOver(Endpoint endpoint, List<ListeningAddress> replaceable)
      throws IOException {
    for (var address : own(replaceable)) {
      if (address.isAt(endpoint) && !address.isRetired()) {
        replaceable.remove(address);
        return address.handedOver(endpoint, tables);
      }
    }
    return null;
  }

  @Override
  public void replaceLog(RequestLog log) {
    tables.forEach(table -> table.replaceLog(log));
  }
}
