package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/// The hash table and the list of sessions against a plain map and a plain list: after every step
/// of any history both hold the same.
class SessionMapModelTest {
  private static SessionPool pool;

  @BeforeContainer
  static void begin() throws Exception {
    pool = new SessionPool();
  }

  @AfterContainer
  static void end() throws Exception {
    pool.close();
  }

  /// Each step adds a session that is not there, or takes out one that is.
  @Property(tries = 200)
  void mapFindsThoseThatAreThereAndNoOthers(
      @ForAll @Size(max = 600) List<@IntRange(min = 0, max = 299) Integer> steps) {
    var map = new SessionMap();
    var model = new HashMap<SessionPool.Key, Session>();
    for (int step : steps) {
      var session = pool.sessions.get(step);
      var key = pool.keys.get(step);
      if (model.remove(key) == null) {
        model.put(key, session);
        map.add(session);
      } else {
        map.remove(session);
      }
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(pool.find(map, key)).isSameAs(model.get(key));
    }
    for (var key : pool.keys) {
      assertThat(pool.find(map, key)).isSameAs(model.get(key));
    }
    model.values().forEach(map::remove); // they are for the next try too
  }

  @Property(tries = 20)
  void everyPartOfWhoTalksToWhomCounts(@ForAll @IntRange(min = 0, max = 299) int which) {
    var map = new SessionMap();
    map.add(pool.sessions.get(which));
    var key = pool.keys.get(which);
    long client = key.client();
    int clientPort = key.clientPort();
    long local = key.local();
    assertThat(map.find(0, client, clientPort, 0, local, pool.port)).isNotNull();
    assertThat(map.find(1, client, clientPort, 0, local, pool.port)).isNull();
    assertThat(map.find(0, client + 1, clientPort, 0, local, pool.port)).isNull();
    assertThat(map.find(0, client, clientPort + 1, 0, local, pool.port)).isNull();
    assertThat(map.find(0, client, clientPort, 1, local, pool.port)).isNull();
    assertThat(map.find(0, client, clientPort, 0, local + 1, pool.port)).isNull();
    assertThat(map.find(0, client, clientPort, 0, local, pool.port + 1)).isNull();
    map.remove(pool.sessions.get(which));
    assertThat(pool.find(map, key)).isNull();
  }
}
