package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several services in one process, described by a file.
class ServicesIT extends Scene {
  private int webPort;
  private int shopPort;
  private Control control;

  @BeforeEach
  void start() throws IOException {
    for (var name : List.of("web0", "web1", "shop0", "shop1")) {
      web(name);
    }
    webPort = WebServer.freePort();
    do {
      shopPort = WebServer.freePort();
    } while (shopPort == webPort);
    Files.writeString(file, section("web", webPort, 0) + section("shop", shopPort, 2));
    pen = PenProcess.start("-C", socket.toString(), "-F", file.toString());
    control = Control.unix(socket);
  }

  private String section(String name, int port, int first) {
    return """
    service %s
    listen 127.0.0.1:%d
    sticky_group customers
    server 0 address 127.0.0.1 port %d
    server 1 address 127.0.0.1 port %d
    """
        .formatted(name, port, webs.get(first).port(), webs.get(first + 1).port());
  }

  private void reload(String text) throws Exception {
    int length = pen.stderr().length();
    Files.writeString(file, text);
    pen.signal("HUP");
    PenProcess.eventually(
        "it is read", () -> pen.stderr().substring(length).contains("read again"));
  }

  @Test
  void aClientOfOneIsTheSameClientOfTheOther() throws Exception {
    for (int i = 1; i < 9; i++) {
      var client = "127.0.0." + i;
      int first = i % 3 == 0 ? shopPort : webPort;
      var slot = WebServer.get(client, first, "/").substring(first == webPort ? 3 : 4);
      assertThat(WebServer.get(client, webPort, "/")).isEqualTo("web" + slot);
      assertThat(WebServer.get(client, shopPort, "/")).isEqualTo("shop" + slot);
    }
  }

  @Test
  void eachHasCommandsOfItsOwn() throws Exception {
    control.order("service shop roundrobin");
    control.order("service shop no server 1");
    assertThat(control.ask("service shop blacklist 7")).isEqualTo("7\n");
    assertThat(control.ask("service web blacklist")).isEqualTo("30\n");
    assertThat(control.ask("blacklist")).isEqualTo("30\n");
    assertThat(control.ask("mode")).startsWith("no hash no roundrobin");
    assertThat(control.ask("service shop mode")).startsWith("no hash roundrobin");
    assertThat(control.lines("service web servers")).hasSize(2);
    assertThat(control.lines("service shop servers")).hasSize(1);
    assertThat(control.ask("service web listen")).isEqualTo("127.0.0.1:" + webPort + "\n");
    assertThat(control.ask("service shop listen")).isEqualTo("127.0.0.1:" + shopPort + "\n");
    assertThat(control.lines("services"))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("web "),
            line -> assertThat(line).startsWith("shop "));
    assertThat(control.ask("service mail mode"))
        .isEqualTo("error: service 'mail' is unknown, expected one of: web, shop\n");
    for (int i = 1; i < 5; i++) {
      assertThat(WebServer.get("127.0.0." + i, shopPort, "/")).isEqualTo("shop0");
    }
  }

  @Test
  void oneThatHupRemovesKeepsItsLiveConnectionsAndMayComeBack() throws Exception {
    var web = section("web", webPort, 0);
    try (var live = new Socket(InetAddress.getLoopbackAddress(), shopPort)) {
      var server = WebServer.get(live, "/");
      assertThat(server).startsWith("shop");
      reload(web);
      assertThat(control.lines("services")).singleElement().asString().startsWith("web ");
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), shopPort))
          .isInstanceOf(ConnectException.class);
      assertThat(WebServer.get(live, "/")).isEqualTo(server);
      reload(web + section("shop", shopPort, 2));
      assertThat(WebServer.get("127.0.0.5", shopPort, "/")).startsWith("shop");
      assertThat(WebServer.get(live, "/")).isEqualTo(server);
    }
    assertThat(WebServer.get("127.0.0.5", webPort, "/")).startsWith("web");
  }
}
