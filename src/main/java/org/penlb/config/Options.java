package org.penlb.config;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The table of options: names, parameters and the text of `--help`.
///
/// Built by hand and not from annotations, which would cost a fifth of pen's start.
final class Options {
  private final CommandSpec spec = CommandSpec.create().name("pen");

  private Options() {}

  static CommandSpec spec() {
    var options = new Options();
    options.choice();
    options.limits();
    options.udp();
    options.process();
    options.control();
    options.reports();
    options.notYet();
    options.obsolete();
    options.positional();
    return options.spec;
  }

  private void choice() {
    flag("-r", "--roundrobin", "round robin for each connection, without tracking clients");
    flag("-h", "--hash", "a hash of the client's address picks the first server");
    flag("-W", "--weight", "the least loaded server by weight");
    flag("--prio", null, "the available server with the lowest prio number");
    flag("--leastconn", null, "the available server with the fewest connections");
    flag("--random", null, "any available server");
    flag("-s", "--stubborn", "never fail over to another server");
    value("-b", "--blacklist", "SEC", "leave a server that failed out for so long (30)");
    value("-e", "--emergency", "HOST:PORT", "server for when no other can take a connection");
    value("-B", "--abuse", "HOST:PORT", "server for clients that an access list denies");
    value(
        "-T", "--tracking", "SEC", "forget a client so long after its last connection (0: never)");
    value("--resolve", null, "SEC", "look servers' names up again so often (0: never)");
  }

  private void limits() {
    value("-c", "--clients", "N", "slots in the client table (2048)");
    value("-x", "--connections", "N", "simultaneous connections (500)");
    value("-t", "--timeout", "SEC", "connect timeout, at least 1 (3)");
    value("-m", "--accepts", "N", "connections accepted per readiness event (100)");
    value("-q", "--backlog", "N", "listen backlog, at least 50 (500)");
    value("--idle-timeout", null, "SEC", "close a connection idle for so long (0: never)");
    value(
        "--tcp-fastclose",
        null,
        "up|down|both|off",
        "close both sides when the server's (up),"
            + " the client's (down) or either side ends (off)");
    flag("--no-tcp-nodelay", null, "leave Nagle's algorithm on");
    flag("--keepalive", null, "SO_KEEPALIVE on both sides");
    value("--source", null, "IP", "local address for connections to servers");
    flag("-H", "--http", "add X-Forwarded-For and X-Forwarded-Proto to HTTP requests");
  }

  private void udp() {
    flag("-U", "--udp", "carry UDP instead of TCP");
    value("--udp-timeout", null, "SEC", "end a session so long after its last datagram (30)");
    value(
        "--udp-unanswered",
        null,
        "N",
        "leave a server out that so many datagrams of a session in a row get no reply from (0:"
            + " never)");
  }

  private void process() {
    flag("-f", "--foreground", "stay in the foreground, diagnostics on stderr");
    repeatable("-d", "--debug", "debug; again for more, -ddd dumps the traffic");
    flag("-a", "--ascii", "dump the traffic in ASCII rather than hex");
    value("-p", "--pid-file", "FILE", "write the pid to a file, removed at exit");
    value("-j", "--chroot", "DIR", "chroot");
    value("-u", "--user", "USER", "become this user once the sockets are open");
    value("--loops", null, "N", "event loops (one per core)");
    flag("--linux-sockets", null, "carry TCP with Linux's own calls: faster, but nothing new");
    value("--drain", null, "SEC", "let live connections finish for so long on TERM (0)");
    flag("--takeover", null, "start beside a pen on the same port, which can then be ended");
  }

  private void control() {
    value("-C", "--control", "[HOST:]PORT|PATH", "listen for penctl, on loopback or a Unix socket");
    flag("--control-files", null, "penctl may name files over TCP, too");
    flag("-X", "--allow-exit", "allow the control command exit");
    value("-F", "--config", "FILE", "commands to read at start, and again on SIGHUP");
    commands();
    flag("--check", null, "check options and files, say what they come to, and end");
  }

  private void commands() {
    spec.addOption(
        OptionSpec.builder("-o", "-O", "--command")
            .description("a command of penctl's to begin with; may be repeated")
            .arity("1")
            .type(String[].class)
            .paramLabel("CMD")
            .build());
  }

  private void reports() {
    value("-l", "--log", "FILE|HOST:PORT", "request log to a file, or to a penlogd");
    value("-w", "--web-stats", "FILE", "where SIGUSR1 writes the HTML report");
    flag("--demo", null, "show balancing, stickiness and failover on this machine");
    flag("--help", null, "this text");
    flag("-V", "--version", "the version");
  }

  private void notYet() {
    value("-E", "--tls-certificate", "FILE", "TLS: certificate chain (not available yet)");
    value("-K", "--tls-key", "FILE", "TLS: private key (not available yet)");
    value("-G", "--tls-ca-file", "FILE", "TLS: CA certificates (not available yet)");
    value("-A", "--tls-ca-dir", "DIR", "TLS: CA directory (not available yet)");
    flag("-R", "--tls-require-client", "TLS: require client certificates (not available yet)");
    value("-L", "--tls-protocol", "PROTO", "TLS: minimum protocol (not available yet)");
    flag("-Z", "--tls-compatibility", "TLS: compatibility (not available yet)");
  }

  private void obsolete() {
    value("-S", "--servers", "N", "accepted: the server table grows by itself");
    flag("-P", "--poll", "accepted: the JDK chooses the poller");
    flag("-D", null, "obsolete, accepted");
    flag("-n", null, "obsolete, accepted");
    flag("-Q", null, "obsolete, accepted");
    flag("-i", null, "of Windows, refused");
  }

  private void positional() {
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("ADDRESS")
            .index("0")
            .arity("0..1")
            .type(String.class)
            .description("where to listen: [host:]port or /path/to/socket")
            .build());
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("SERVER")
            .index("1..*")
            .arity("0..*")
            .type(String[].class)
            .description("host[:port[:max[:hard[:weight[:prio]]]]], IPv6 hosts in brackets")
            .build());
  }

  private static OptionSpec.Builder option(String name, String longName, String description) {
    var builder = longName == null ? OptionSpec.builder(name) : OptionSpec.builder(name, longName);
    return builder.description(description);
  }

  private void flag(String name, String longName, String description) {
    spec.addOption(option(name, longName, description).arity("0").type(boolean.class).build());
  }

  private void repeatable(String name, String longName, String description) {
    spec.addOption(option(name, longName, description).arity("0").type(boolean[].class).build());
  }

  private void value(String name, String longName, String label, String description) {
    spec.addOption(
        option(name, longName, description)
            .arity("1")
            .type(String.class)
            .paramLabel(label)
            .build());
  }
}
