package org.penlb.control;

import java.util.Collection;
import java.util.Locale;
import org.penlb.balance.Server;
import org.penlb.language.Command;
import org.penlb.language.RunningPen.LiveService;
import org.penlb.stats.Snapshot;

/// What commands reply, in lines for people and for scripts. Where the classic pen has a format the
/// beginning of the line has it too.
final class Replies {
  private static final int COLUMN = 24;
  private static final int WIDTH = 79;
  private static final int INDENT = 4;

  private Replies() {}

  static String servers(LiveService live, long nowNanos) {
    var snapshot = live.snapshot();
    var service = live.service();
    var clients = service.clientsBySlot(nowNanos);
    var table = service.servers();
    var lines = new StringBuilder();
    for (var server : snapshot.servers()) {
      int slot = server.slot();
      lines.append(server(Integer.toString(slot), server, snapshot.udp()));
      if (slot < Math.min(clients.length, table.size())) { // it may be gone by now
        lines.append(" acl ").append(table.server(slot).spec().acl());
        lines.append(" clients ").append(clients[slot]);
        lines.append(" state ").append(state(server, table.server(slot), nowNanos));
      }
      lines.append('\n');
    }
    for (var server : snapshot.special()) {
      lines.append(server(server.role(), server, snapshot.udp())).append(" state ");
      lines.append(state(server, null, nowNanos)).append('\n');
    }
    return lines.toString();
  }

  private static String server(String slot, Snapshot.Server server, boolean udp) {
    return "%s addr %s port %d conn %d max %d hard %d weight %d prio %d sx %d rx %d%s"
        .formatted(
            slot,
            server.address(),
            server.port(),
            server.connections(),
            server.max(),
            server.hard(),
            server.weight(),
            server.prio(),
            server.sent(),
            server.received(),
            datagrams(udp, server.sentDatagrams(), server.receivedDatagrams()));
  }

  /// What follows the bytes of a service of UDP.
  static String datagrams(boolean udp, long sent, long received) {
    return udp ? " sd " + sent + " rd " + received : "";
  }

  /// One word, or a word and seconds.
  ///
  /// @param live null where there is no drain
  private static String state(Snapshot.Server server, Server live, long nowNanos) {
    var state = server.state().name().toLowerCase(Locale.ROOT);
    return switch (server.state()) {
      case BLACKLISTED -> state + " " + Math.ceilDiv(server.blacklistedFor().toMillis(), 1000);
      case DRAINED -> {
        long left = live == null ? Long.MAX_VALUE : live.drainLeftNanos(nowNanos);
        yield left == Long.MAX_VALUE ? state : state + " " + Math.ceilDiv(left, 1_000_000_000);
      }
      case UP, UNUSED -> state;
    };
  }

  static String services(Snapshot snapshot) {
    var lines = new StringBuilder();
    for (var service : snapshot.services()) {
      lines.append(
          "%s listen %s servers %d conn %d conn_max %d clients %d clients_max %d accepted %d%s\n"
              .formatted(
                  service.name(),
                  String.join(",", service.listeners()),
                  service.servers().size(),
                  service.connections(),
                  service.connectionsMax(),
                  service.clients(),
                  service.clientsMax(),
                  service.accepted(),
                  service.udp() ? " transport udp" : ""));
    }
    return lines.toString();
  }

  static String clients(Snapshot.Service service) {
    var lines = new StringBuilder();
    for (var client : service.recentClients()) {
      lines.append(
          "%s age %d server %s reason %s connects %d sx %d rx %d%s\n"
              .formatted(
                  client.address(),
                  client.age().toSeconds(),
                  client.server() < 0 ? "none" : client.server(),
                  client.reason().isEmpty() ? "none" : client.reason(),
                  client.connects(),
                  client.sent(),
                  client.received(),
                  datagrams(service.udp(), client.sentDatagrams(), client.receivedDatagrams())));
    }
    return lines.toString();
  }

  static String connections(Snapshot.Service service) {
    var lines = new StringBuilder();
    for (var connection : service.liveConnections()) {
      lines.append(
          "%d client %s %s state %s age %d sx %d rx %d waiting %d\n"
              .formatted(
                  connection.number(),
                  connection.client(),
                  connection.server().isEmpty() ? "no server" : connection.server(),
                  connection.state(),
                  connection.age().toSeconds(),
                  connection.fromServer(),
                  connection.fromClient(),
                  connection.waiting()));
    }
    return lines.toString();
  }

  static String connection(Snapshot.Details connection) {
    var summary = connection.summary();
    return """
    Connection %d:
    state = %s
    downfd = %d, upfd = %d
    client = %s, server = %s
    from = %s
    reason = %s
    age = %d, idle = %d
    sx = %d, rx = %d
    pend = %d
    """
        .formatted(
            summary.number(),
            summary.state(),
            connection.clientDescriptor(),
            connection.serverDescriptor(),
            connection.client(),
            summary.server().isEmpty() ? "none" : summary.server(),
            connection.local().isEmpty() ? "none" : connection.local(),
            connection.reason().isEmpty() ? "none" : connection.reason(),
            summary.age().toSeconds(),
            connection.idle().toSeconds(),
            summary.fromServer(),
            summary.fromClient(),
            summary.waiting());
  }

  static String help(Collection<Command> commands) {
    var text = new StringBuilder();
    for (var group : Command.Group.values()) {
      text.append(text.isEmpty() ? "" : "\n").append(group.title()).append('\n');
      for (var command : commands) {
        if (command.group() == group) {
          text.append(line(command));
        }
      }
    }
    text.append("\n`help COMMAND` says how it is written; man penctl has examples.\n");
    return text.toString();
  }

  /// The first sentence of what is to be said.
  private static String line(Command command) {
    var name = command.hasNo() ? "[no] " + command.name() : command.name();
    return "  %s%s %s\n"
        .formatted(
            name,
            " ".repeat(Math.max(0, COLUMN - name.length())),
            command.help().split("\\. ", 2)[0]);
  }

  static String help(Command command) {
    var text = new StringBuilder(command.synopsis());
    int column = 0;
    for (var word : (command.help() + ".").split(" ", -1)) {
      boolean fits = column > 0 && column + 1 + word.length() <= WIDTH;
      text.append(column == 0 ? "    " : fits ? " " : "\n    ").append(word);
      column = fits ? column + 1 + word.length() : INDENT + word.length();
    }
    return text.append('\n').toString();
  }
}
