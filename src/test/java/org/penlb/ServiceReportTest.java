package org.penlb;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.BadSettingException;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;
import org.penlb.stats.DropCause;
import org.penlb.stats.Snapshot;

class ServiceReportTest {
  private final Server server = server();
  private final Service service =
      new Service(
          "dns",
          Settings.DEFAULT,
          new ServerTable(List.of(server), null, null),
          new ClientTable(9, Duration.ZERO));

  private static Server server() {
    try {
      return new Server(0, ServerSpec.parse("ns1:53", -1), InetAddress.getLoopbackAddress());
    } catch (BadSettingException e) {
      throw new AssertionError(e);
    }
  }

  private Snapshot.Service report() {
    return ServiceReport.of(service, true, List.of("53"), 2, List.of(), 0, 0);
  }

  @Test
  void tellsWhatItCarries() {
    assertThat(report().udp()).isTrue();
    assertThat(report().udpTimeout()).hasSeconds(30);
    assertThat(ServiceReport.of(service, false, List.of(), 2, List.of(), 0, 0).udp()).isFalse();
  }

  @Test
  void countsDatagramsBothWays() throws Exception {
    server.addDatagrams(3, 4);
    server.addDatagrams(30, 40);
    var client = service.admit(ClientAddress.parse("192.0.2.1"), 0);
    client.addDatagrams(1, 2);
    client.addDatagrams(10, 20);
    assertThat(report().servers())
        .extracting(Snapshot.Server::sentDatagrams, Snapshot.Server::receivedDatagrams)
        .containsExactly(tuple(33L, 44L));
    assertThat(report().recentClients())
        .extracting(Snapshot.Client::sentDatagrams, Snapshot.Client::receivedDatagrams)
        .containsExactly(tuple(11L, 22L));
  }

  @Test
  void countsDroppedDatagramsByCause() {
    assertThat(report().drops()).isEmpty();
    service.counters().countDrop(DropCause.STRANGER, 1);
    service.counters().countDrop(DropCause.NO_SERVER, 2);
    service.counters().countDrop(DropCause.NO_SERVER, 5);
    service.counters().countDrop(DropCause.FLOOD, 0);
    assertThat(report().drops())
        .containsExactly(entry("no server", 7L), entry("from elsewhere", 1L));
    assertThat(report().closes()).isEmpty();
  }
}
