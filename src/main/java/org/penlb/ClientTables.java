package org.penlb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.penlb.balance.ClientTable;
import org.penlb.config.ServiceConfig;

/// Which service has which client table: its own, or that of its sticky group.
final class ClientTables {
  private ClientTables() {}

  /// By the names of services. A group keeps its table, with its clients, as long as it has a
  /// member that stays; whoever leaves it begins with an empty one.
  static Map<String, ClientTable> of(List<RunningService.Change> changes) {
    var groups = new ArrayList<Group>();
    for (var change : changes) {
      groups.stream()
          .filter(group -> group.name != null && group.name.equals(nameOf(change.next())))
          .findFirst()
          .orElseGet(() -> added(groups, nameOf(change.next())))
          .members
          .add(change);
    }
    var taken = new ArrayList<ClientTable>();
    groups.forEach(group -> group.take(taken, true));
    groups.forEach(group -> group.take(taken, false));
    var tables = new HashMap<String, ClientTable>();
    for (var group : groups) {
      resize(group.table, group.members);
      group.members.forEach(member -> tables.put(member.name(), group.table));
    }
    return tables;
  }

  private static Group added(List<Group> groups, String name) {
    var group = new Group(name);
    groups.add(group);
    return group;
  }

  /// Null for a service that is alone.
  private static String nameOf(ServiceConfig service) {
    return service.settings().stickyGroup();
  }

  /// Services that share a table; those without a name have one member.
  ///
  /// Owned by: the thread that changes the configuration.
  private static final class Group {
    final String name;
    final List<RunningService.Change> members = new ArrayList<>();
    ClientTable table;

    Group(String name) {
      this.name = name;
    }

    /// Takes the table that a member has had so far and that nobody else takes.
    ///
    /// @param own only that of this very group; otherwise any, or else a new one
    void take(List<ClientTable> taken, boolean own) {
      for (var member : members) {
        var before = member.before();
        if (table == null
            && before != null
            && !taken.contains(member.clients())
            && (!own || Objects.equals(nameOf(before), name))) {
          table = member.clients();
          taken.add(table);
        }
      }
      if (table == null && !own) {
        table = new ClientTable(1, Duration.ZERO);
      }
    }
  }

  /// As large and as long-remembering as any member wants it.
  private static void resize(ClientTable table, List<RunningService.Change> group) {
    int limit = 1;
    var tracking = Duration.ofSeconds(1);
    for (var member : group) {
      var settings = member.next().settings();
      limit = Math.max(limit, settings.clientsMax());
      tracking = longer(tracking, settings.tracking());
    }
    table.resize(limit, tracking);
  }

  /// Zero is for ever.
  private static Duration longer(Duration a, Duration b) {
    return a.isZero() || (!b.isZero() && a.compareTo(b) > 0) ? a : b;
  }
}
