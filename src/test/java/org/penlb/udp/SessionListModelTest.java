package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/// Two lists of sessions, linked through the sessions themselves, against two plain ones: after
/// every step of any history they have the same order.
class SessionListModelTest {
  private static SessionPool pool;

  @BeforeContainer
  static void begin() throws Exception {
    pool = new SessionPool();
  }

  @AfterContainer
  static void end() throws Exception {
    pool.close();
  }

  /// A step is about one session: it is added if it is in no list, and else touched, taken out, or
  /// put into the other one.
  @Property(tries = 300)
  void orderIsThatOfTheLastDatagrams(
      @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 39) Integer> steps) {
    var lists = List.of(new SessionList(), new SessionList());
    var models = List.of(new ArrayList<Session>(), new ArrayList<Session>());
    for (int step : steps) {
      var session = pool.sessions.get(step / 4);
      int in = session.list == null ? -1 : lists.indexOf(session.list);
      if (in < 0) {
        lists.get(step % 2).add(session);
        models.get(step % 2).add(session);
      } else {
        models.get(in).remove(session);
        if (step % 4 == 0) {
          lists.get(in).remove(session);
        } else if (step % 4 == 1) {
          lists.get(in).touch(session);
          models.get(in).add(session);
        } else {
          lists.get(in).remove(session);
          lists.get(1 - in).add(session);
          models.get(1 - in).add(session);
        }
      }
      for (int i = 0; i < 2; i++) {
        assertSame(lists.get(i), models.get(i));
      }
    }
    for (var list : lists) {
      list.forEach(list::remove); // each may be taken out meanwhile
      assertSame(list, List.of());
    }
  }

  private static void assertSame(SessionList list, List<Session> model) {
    var found = new ArrayList<Session>();
    list.forEach(found::add);
    assertThat(found).containsExactlyElementsOf(model);
    assertThat(list.size()).isEqualTo(model.size());
    assertThat(list.idlest()).isSameAs(model.isEmpty() ? null : model.getFirst());
    assertThat(found).allMatch(session -> session.list == list);
  }
}
