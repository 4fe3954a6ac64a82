package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class KernelDropsTest {
  @Test
  void whatASocketHasNoRoomForIsCounted() throws Exception {
    var any = new InetSocketAddress("127.0.0.1", 0);
    try (var socket = new DatagramSocket(any);
        var sender = new DatagramSocket();
        var drops = new KernelDrops(socket.getLocalPort())) {
      socket.setReceiveBufferSize(1);
      assertThat(drops.count()).isZero();
      for (int i = 0; i < 500; i++) {
        sender.send(new DatagramPacket(new byte[1000], 1000, socket.getLocalSocketAddress()));
      }
      assertThat(drops.count()).isBetween(300L, 500L);
    }
  }

  @Test
  void aTableWithoutThePortHasNone() {
    var table = "head\n 1: 00000000:0050 0:0 07 0:0 9\n";
    try (var dns = new KernelDrops(53);
        var web = new KernelDrops(80)) {
      assertThat(dns.count(table)).isZero();
      assertThat(web.count(table)).isEqualTo(9);
    }
  }
}
