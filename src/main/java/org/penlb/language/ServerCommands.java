package org.penlb.language;

import static org.penlb.language.Command.Group.SERVERS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.penlb.acl.AccessLists;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.language.Statement.Edit;

/// The commands about the table of servers, and about the two servers beside it.
final class ServerCommands {
  private static final int PLENTY = Integer.MAX_VALUE;

  private static final String ATTRIBUTES =
      "acl, address, port, max, hard, weight, prio, blacklist, drain or no drain";

  private ServerCommands() {}

  static List<Setting> all() {
    return List.of(
        new Setting(
            new Command(
                SERVERS,
                "server",
                "N [acl A|address HOST|port P|max M|hard H|weight W|prio P|blacklist T"
                    + "|drain [T]|no drain]... | no server N|all",
                "Change slot N, add one, or remove it. With `drain`, new clients go elsewhere and"
                    + " known ones keep coming, for T seconds or for ever. `blacklist` leaves the"
                    + " server out for T seconds, or with 0 brings it back. A port of 0 makes an"
                    + " empty slot, as `no server` does",
                ServerCommands::server),
            (_, service) -> lines(service)),
        special(
            "emergency",
            "The server for when no other can take a connection",
            ServiceConfig::emergency,
            (service, spec) -> service.emergency = spec),
        special(
            "abuse",
            "The server for clients that client_acl denies",
            ServiceConfig::abuse,
            (service, spec) -> service.abuse = spec));
  }

  private static Statement server(Words words, boolean no) throws BadSettingException {
    if (no && words.take(Draft.ALL)) {
      return Statement.ofService(service -> service.servers.clear());
    }
    int slot = words.slot();
    if (no) {
      return Statement.ofService(service -> service.removeServer(slot));
    }
    var changes = new ArrayList<Edit>();
    words.about("server " + slot);
    do {
      changes.add(attribute(slot, words));
    } while (words.hasNext());
    return Statement.edit(
            (draft, service) -> {
              for (var change : changes) {
                change.apply(draft, service);
              }
            })
        .numbered(slot);
  }

  private static Edit attribute(int slot, Words words) throws BadSettingException {
    var name = words.word(ATTRIBUTES);
    return switch (name) {
      case "acl" -> number(slot, words, name, AccessLists.COUNT - 1, (s, n) -> s.acl = n);
      case "port" -> {
        int port = Endpoint.port(words.word("a port"), "server " + slot);
        yield change(slot, s -> s.port = port);
      }
      case "max" -> number(slot, words, name, PLENTY, (s, n) -> s.max = n);
      case "hard" -> number(slot, words, name, PLENTY, (s, n) -> s.hard = n);
      case "weight" -> number(slot, words, name, PLENTY, (s, n) -> s.weight = n);
      case "prio" -> number(slot, words, name, PLENTY, (s, n) -> s.prio = n);
      case "address" -> {
        var host = host(slot, words);
        yield change(slot, s -> s.host = host);
      }
      case "blacklist" -> {
        var time = words.seconds(name, 0);
        yield (draft, service) -> {
          change(slot, _ -> {}).apply(draft, service);
          draft.blacklist(draft.service(service), slot, time);
        };
      }
      case "drain" -> {
        var drain = new ServerSpec.Drain(isNumber(words.peek()) ? words.seconds(name, 0) : null);
        yield (draft, service) -> {
          change(slot, s -> s.drain = drain).apply(draft, service);
          draft.drain(draft.service(service), slot);
        };
      }
      case "no" -> {
        if (!words.take("drain")) {
          throw new BadSettingException("server " + slot + ": expected drain after no");
        }
        yield change(slot, s -> s.drain = null);
      }
      default ->
          throw new BadSettingException(
              "server "
                  + slot
                  + ": '"
                  + Language.echo(name)
                  + "' is unknown, expected "
                  + ATTRIBUTES);
    };
  }

  /// The file that classic pen writes has a line for each slot that is not used, too: `server 2 acl
  /// 0 address (unknown address family 0 port 0 max 0 hard 0`.
  private static String host(int slot, Words words) throws BadSettingException {
    if (words.take("(unknown") && words.take("address") && words.take("family")) {
      words.number("address family", 0, 0);
      return ServerSpec.EMPTY.host();
    }
    var text = words.word("a host");
    boolean brackets = text.startsWith("[") && text.endsWith("]");
    var host = brackets ? text.substring(1, text.length() - 1) : text;
    if (!Endpoint.isHost(host)) {
      throw new BadSettingException(
          "server %d: address is '%s', expected a host name or an IP address"
              .formatted(slot, Language.echo(text)));
    }
    return host;
  }

  private static boolean isNumber(String word) {
    return word != null && !word.isEmpty() && Character.isDigit(word.charAt(0));
  }

  private static Edit number(
      int slot, Words words, String name, int most, BiConsumer<ServerSpec.Editor, Integer> put)
      throws BadSettingException {
    int value = words.number(name, 0, most);
    return change(slot, s -> put.accept(s, value));
  }

  private static Edit change(int slot, Consumer<ServerSpec.Editor> change) {
    return (draft, name) -> {
      var service = draft.service(name);
      var editor = service.server(slot).edit();
      change.accept(editor);
      service.putServer(slot, editor.build());
    };
  }

  private static String lines(ServiceConfig service) {
    var lines = new StringBuilder("no server all\n");
    for (int slot = 0; slot < service.servers().size(); slot++) {
      lines.append(line(slot, service.servers().get(slot))).append('\n');
    }
    return lines.toString();
  }

  private static String line(int slot, ServerSpec spec) {
    var line =
        "server %d acl %d address %s port %d max %d hard %d weight %d prio %d"
            .formatted(
                slot,
                spec.acl(),
                Words.quote(spec.host()),
                spec.port(),
                spec.max(),
                spec.hard(),
                spec.weight(),
                spec.prio());
    return spec.drain() == null ? line : line + " drain" + seconds(spec.drain().patience());
  }

  private static String seconds(Duration patience) {
    return patience == null ? "" : " " + patience.toSeconds();
  }

  private static Setting special(
      String name,
      String help,
      Function<ServiceConfig, ServerSpec> get,
      BiConsumer<ServiceDraft, ServerSpec> put) {
    var answer = Setting.answer(c -> get.apply(c) == null ? "" : get.apply(c).text());
    return Setting.ofService(
        new Command(
            SERVERS,
            name,
            "[HOST[:PORT[:MAX[:HARD[:WEIGHT[:PRIO]]]]]] | no " + name,
            help,
            (words, no) -> {
              if (no) {
                return Statement.ofService(service -> put.accept(service, null));
              }
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              var text = words.word("a server");
              ServerSpec.parse(text, 1); // wrong whatever the port is
              return Statement.ofService(
                  service -> put.accept(service, ServerSpec.parse(text, service.defaultPort())),
                  answer);
            }),
        service ->
            get.apply(service) == null ? "no " + name : name + " " + get.apply(service).text());
  }
}
