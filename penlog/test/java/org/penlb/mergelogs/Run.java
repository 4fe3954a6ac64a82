package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/// One run of mergelogs, in this JVM.
record Run(int status, String out, String err) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss xx", Locale.ENGLISH);

  static Run of(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status = Mergelogs.run(args, out, new PrintStream(err, true, UTF_8));
    return new Run(status, out.toString(ISO_8859_1), err.toString(UTF_8));
  }

  List<String> lines() {
    return out.lines().toList();
  }

  static String file(Path directory, String name, String... lines) throws IOException {
    var text = lines.length == 0 ? "" : String.join("\n", lines) + "\n";
    return Files.write(directory.resolve(name), text.getBytes(ISO_8859_1)).toString();
  }

  static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(ISO_8859_1));
    }
    return bytes.toByteArray();
  }

  /// A line of pen.
  static String pen(String client, long seconds, String server, String request) {
    return client + " " + seconds + " " + server + " " + request;
  }

  /// A line of a web server, in UTC.
  static String web(String client, long seconds, String request) {
    return web(client, seconds, ZoneOffset.UTC, request);
  }

  static String web(String client, long seconds, ZoneId zone, String request) {
    var time = TIME.format(Instant.ofEpochSecond(seconds).atZone(zone));
    return client + " - - [" + time + "] \"" + request + "\" 200 5";
  }

  static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(ISO_8859_1));
  }
}
