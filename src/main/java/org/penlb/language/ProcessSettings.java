package org.penlb.language;

import static org.penlb.language.Command.Group.ACCESS;
import static org.penlb.language.Command.Group.CONFIGURATION;
import static org.penlb.language.Command.Group.PROCESS;
import static org.penlb.language.Command.Group.REPORTS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.acl.BadRuleException;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.RequestLogTarget;
import org.penlb.config.ServiceConfig;

/// The commands that set what the whole process has once, and where a service listens and logs.
final class ProcessSettings {
  private static final int DEBUG_MAX = 9;

  private ProcessSettings() {}

  /// In the order in which a file has them: what names a file or an address comes first.
  static List<Setting> all() {
    return List.of(debug(), webStats(), geoip(), accessLists(), controlAcl(), tarpitAcl());
  }

  static List<Setting> ofService() {
    return List.of(listen(), log());
  }

  private static Setting debug() {
    return number(
        PROCESS,
        "debug",
        "How much diagnostics say: 0 to 2 more and more, 3 dumps the traffic",
        DEBUG_MAX,
        Configuration::debug,
        (draft, level) -> draft.debug = level);
  }

  private static Setting webStats() {
    return file(
        REPORTS,
        "web_stats",
        "Where SIGUSR1 writes the HTML report",
        Configuration::webStats,
        (draft, file) -> draft.webStats = file);
  }

  private static Setting geoip() {
    return file(
        ACCESS,
        "geoip",
        "The MaxMind database (.mmdb) that tells the country of an address",
        Configuration::geoip,
        (draft, file) -> draft.geoip = file);
  }

  // ---- access lists ---------------------------------------------------------------------------

  private static Setting accessLists() {
    return new Setting(
        new Command(
            ACCESS,
            "acl",
            "N [permit|deny IP4 [MASK]|IP4/LEN|IP6[/LEN]|country CC] | no acl N",
            "Append to access list N, 0 to 9; alone: show it; `no acl` empties it. The first match"
                + " decides; no match is the opposite of the last entry; an empty list permits",
            ProcessSettings::acl),
        (configuration, _) -> lines(configuration.lists()));
  }

  private static Statement acl(Words words, boolean no) throws BadSettingException {
    int number = words.number("list", 0, AccessLists.COUNT - 1);
    if (no) {
      return Statement.edit((draft, _) -> draft.lists.get(number).clear());
    }
    if (!words.hasNext()) {
      return Statement.request((pen, _) -> lines(number, pen.configuration().lists().get(number)));
    }
    var rule = rule(words);
    return Statement.edit((draft, _) -> draft.addRule(number, rule)).numbered(number);
  }

  private static AccessRule rule(Words words) throws BadSettingException {
    try {
      return AccessRule.parse(words.rest());
    } catch (BadRuleException e) {
      throw new BadSettingException("acl: " + e.getMessage());
    }
  }

  private static String lines(List<List<AccessRule>> lists) {
    var lines = new StringBuilder();
    for (int i = 0; i < lists.size(); i++) {
      lines.append("no acl ").append(i).append('\n').append(lines(i, lists.get(i)));
    }
    return lines.toString();
  }

  private static String lines(int number, List<AccessRule> list) {
    var lines = new StringBuilder();
    for (var rule : list) {
      lines.append("acl ").append(number).append(' ').append(rule).append('\n');
    }
    return lines.toString();
  }

  private static Setting controlAcl() {
    return number(
        ACCESS,
        "control_acl",
        "The access list that control connections over TCP are checked against",
        AccessLists.COUNT - 1,
        Configuration::controlAcl,
        (draft, list) -> draft.controlAcl = list);
  }

  private static Setting tarpitAcl() {
    Statement.Request answer =
        (pen, _) ->
            "tarpit_acl = %d; it has no effect: there is no direct server return here\n"
                .formatted(pen.configuration().tarpitAcl());
    return Setting.ofProcess(
        new Command(
            Command.Group.INERT,
            "tarpit_acl",
            "[N] | no tarpit_acl",
            "No effect: there is no direct server return here",
            (words, no) -> {
              if (no) {
                return Statement.edit((draft, _) -> draft.tarpitAcl = -1);
              }
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              int list = words.number(0, AccessLists.COUNT - 1);
              return Statement.of((draft, _) -> draft.tarpitAcl = list, answer);
            }),
        configuration ->
            configuration.tarpitAcl() < 0
                ? "no tarpit_acl"
                : "tarpit_acl " + configuration.tarpitAcl());
  }

  // ---- forms that several of the process have -------------------------------------------------

  private static Setting number(
      Command.Group group,
      String name,
      String help,
      int most,
      Function<Configuration, Integer> get,
      BiConsumer<Draft, Integer> put) {
    var answer = Setting.answerOfProcess(get::apply);
    return Setting.ofProcess(
        new Command(
            group,
            name,
            "[N]",
            help,
            (words, _) -> {
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              int value = words.number(0, most);
              return Statement.of((draft, _) -> put.accept(draft, value), answer);
            }),
        configuration -> name + " " + get.apply(configuration));
  }

  private static Setting file(
      Command.Group group,
      String name,
      String help,
      Function<Configuration, Path> get,
      BiConsumer<Draft, Path> put) {
    var answer = Setting.answerOfProcess(c -> get.apply(c) == null ? "" : get.apply(c));
    return Setting.ofProcess(
        new Command(
            group,
            name,
            "[FILE] | no " + name,
            help,
            (words, no) -> {
              if (no) {
                return Statement.edit((draft, _) -> put.accept(draft, null));
              }
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              var file = words.file();
              return Statement.of((draft, _) -> put.accept(draft, file), answer).namingFile();
            }),
        configuration ->
            get.apply(configuration) == null
                ? "no " + name
                : name + " " + Words.quote(get.apply(configuration).toString()));
  }

  // ---- of a service ---------------------------------------------------------------------------

  private static Setting listen() {
    Statement.Request answer =
        (pen, service) -> String.join(" ", pen.service(service).listening()) + "\n";
    return Setting.ofService(
        new Command(
            CONFIGURATION,
            "listen",
            "[[HOST:]PORT|/PATH]...",
            "Where clients connect to. Name all addresses; live connections go on",
            (words, _) -> {
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              var endpoints = new ArrayList<Endpoint>();
              while (words.hasNext()) {
                endpoints.add(Endpoint.parse(words.word("an address")));
              }
              var statement = Statement.ofService(s -> s.listenOn(endpoints), answer);
              boolean namesFile = endpoints.stream().anyMatch(Endpoint::isUnix);
              return namesFile ? statement.namingFile() : statement;
            }),
        service ->
            "listen "
                + String.join(
                    " ", service.listen().stream().map(e -> Words.quote(e.toString())).toList()));
  }

  private static Setting log() {
    var answer = Setting.answer(c -> c.requestLog() == null ? "" : c.requestLog());
    return Setting.ofService(
        new Command(
            REPORTS,
            "log",
            "[FILE|HOST:PORT] | no log",
            "The request log: a file, or a penlogd",
            (words, no) -> {
              if (no) {
                return Statement.ofService(service -> service.requestLog = null);
              }
              if (!words.hasNext()) {
                return Statement.request(answer);
              }
              var target = RequestLogTarget.check(words.word("a file or host:port"), "log");
              return Statement.ofService(service -> service.requestLog = target, answer)
                  .namingFile();
            }),
        ProcessSettings::logLine);
  }

  private static String logLine(ServiceConfig service) {
    return service.requestLog() == null ? "no log" : "log " + Words.quote(service.requestLog());
  }
}
