package org.penlb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.penlb.acl.AccessRule;
import org.penlb.acl.BadRuleException;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.control.Commands;
import org.penlb.control.Origin;
import org.penlb.http.ForwardedHeaders;
import org.penlb.http.RequestLines;
import org.penlb.language.ConfigurationReader;
import org.penlb.language.ConfigurationText;
import org.penlb.language.Draft;

/// What is fuzzed: outside input, any bytes at all, that must be taken or refused and do nothing
/// else. An exception or a failed check is a finding. See CONTRIBUTING for how to fuzz; inputs that
/// have been findings are kept in `resources/fuzz`, by the names of these targets.
public final class FuzzTargets {
  private FuzzTargets() {}

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /// A line of a control connection over TCP, to a pen that nobody is served by.
  public static final class ControlLine {
    private static final AdministeredPen PEN = open();

    private ControlLine() {}

    private static AdministeredPen open() {
      try {
        var file = Files.createTempFile("pen", ".conf");
        file.toFile().deleteOnExit();
        return AdministeredPen.open(file, AdministeredPen.TWO_SERVICES);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
      var before = PEN.configuration();
      for (var line : new String(data, UTF_8).split("\n", 20)) {
        if (line.contains("listen ")) {
          continue; // whatever name it has would be looked up
        }
        var now = PEN.configuration();
        var reply = PEN.ctl(line.substring(0, Math.min(line.length(), 4096)), Origin.TCP);
        check(reply.isEmpty() || reply.endsWith("\n"), "an unfinished reply");
        if (reply.startsWith("error: ")) {
          check(PEN.configuration().equals(now), "a refused command has changed something");
        }
      }
      if (!PEN.configuration().equals(before)) {
        PEN.reload(AdministeredPen.TWO_SERVICES);
      }
    }
  }

  /// A configuration file.
  public static final class ConfigurationFile {
    private static final ServiceConfig NONE =
        new ServiceConfig("main", false, List.of(), List.of(), null, null, Settings.DEFAULT, null);

    private static final Path FILE = file();

    private ConfigurationFile() {}

    private static Path file() {
      try {
        var file = Files.createTempFile("pen", ".conf");
        file.toFile().deleteOnExit();
        return file;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
      Files.write(FILE, data);
      try {
        var configuration = read(FILE);
        var text = ConfigurationText.of(configuration);
        Files.writeString(FILE, text);
        check(read(FILE).equals(configuration), "what is written is not what was read");
      } catch (BadSettingException e) {
        check(e.getMessage().lines().count() <= 21, "too many errors");
      }
    }

    private static Configuration read(Path file) throws BadSettingException {
      // No file but this one: whatever is included is not there.
      var reader =
          new ConfigurationReader(
              Commands.language(),
              new Draft(NONE),
              path -> path.equals(FILE) ? path : Path.of("/nonexistent/pen"));
      reader.file(file, null);
      return reader.configuration();
    }
  }

  /// An entry of an access list.
  public static final class AccessEntry {
    private AccessEntry() {}

    public static void fuzzerTestOneInput(byte[] data) {
      var words = List.of(new String(data, UTF_8).split(" ", -1));
      try {
        var rule = AccessRule.parse(words);
        var again = AccessRule.parse(Arrays.asList(rule.toString().split(" ", -1)));
        check(again.equals(rule), "not read again: " + rule);
      } catch (BadRuleException e) {
        check(!e.getMessage().isEmpty(), "no message");
      }
    }
  }

  /// An address to listen on, or a server.
  public static final class Address {
    private Address() {}

    public static void fuzzerTestOneInput(byte[] data) {
      var text = new String(data, UTF_8);
      try {
        var endpoint = Endpoint.parse(text);
        check(Endpoint.parse(endpoint.toString()).equals(endpoint), "not read again: " + endpoint);
      } catch (BadSettingException e) {
        check(!e.getMessage().isEmpty(), "no message");
      }
      try {
        var server = ServerSpec.parse(text, 80);
        check(ServerSpec.parse(server.text(), -1).equals(server), "not read again: " + server);
      } catch (BadSettingException e) {
        check(!e.getMessage().isEmpty(), "no message");
      }
    }
  }

  /// What a client sends, where `http` or the request log looks at it: whole and in pieces of the
  /// size that the first byte says.
  public static final class Http {
    private Http() {}

    public static void fuzzerTestOneInput(byte[] data) {
      if (data.length < 2) {
        return;
      }
      var bytes = ByteBuffer.wrap(data, 1, Math.min(data.length - 1, ForwardedHeaders.MAX_INPUT));
      int pieces = 1 + (data[0] & 0x7f);
      var whole = forwarded(bytes.slice(), bytes.remaining());
      check(whole.equals(forwarded(bytes.slice(), pieces)), "pieces are not the whole");
      log(bytes.slice(), pieces);
    }

    private static ByteBuffer forwarded(ByteBuffer in, int pieces) {
      var headers = new ForwardedHeaders("192.0.2.1", false);
      var out = ByteBuffer.allocate(ForwardedHeaders.maxOutput(in.remaining()) + 64);
      while (in.hasRemaining()) {
        var piece = in.slice(in.position(), Math.min(pieces, in.remaining()));
        int most = ForwardedHeaders.maxOutput(piece.remaining());
        in.position(in.position() + piece.remaining());
        var part = ByteBuffer.allocate(most);
        headers.rewrite(piece, part);
        out.put(part.flip());
      }
      headers.finish(out);
      return out.flip();
    }

    private static void log(ByteBuffer in, int pieces) {
      var lines =
          new RequestLines(
              (line, length) ->
                  check(length >= 0 && length <= RequestLines.MAX_LENGTH, "a line too long"));
      while (in.hasRemaining()) {
        var piece = in.slice(in.position(), Math.min(pieces, in.remaining()));
        in.position(in.position() + piece.remaining());
        lines.chunk(piece);
      }
      lines.finish();
    }
  }
}
