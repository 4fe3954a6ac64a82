package org.penlb.http;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/// Random input for the properties of this package; one character is one byte.
final class Samples {
  private Samples() {}

  /// A request in its parts.
  ///
  /// @param fields lines with line ends; a continuation line is one of its own
  record Request(String gap, String line, List<String> fields, String end, String body) {
    String text() {
      return gap + line + String.join("", fields) + end + body;
    }

    /// What a naive program makes of it with lists and strings.
    String forwarded(String added) {
      StringBuilder kept = new StringBuilder(gap + line);
      boolean keep = true;
      for (String field : fields) {
        keep =
            (field.startsWith(" ") || field.startsWith("\t"))
                ? keep
                : !field.toLowerCase(Locale.ROOT).startsWith("x-forwarded-proto:");
        kept.append(keep ? field : "");
      }
      return kept + added + end + body;
    }
  }

  static Arbitrary<List<Integer>> sizes() {
    return Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(8);
  }

  static Arbitrary<List<Request>> requests() {
    return request().list().ofMaxSize(5);
  }

  private static Arbitrary<Request> request() {
    Arbitrary<String> gap =
        Arbitraries.frequencyOf(List.of(weighted(9, ""), weighted(1, "\r\n", "\n")));
    Arbitrary<String> eol = Arbitraries.of("\r\n", "\n");
    return Combinators.combine(gap, line(), fields(), eol, content())
        .as(
            (g, line, fields, end, content) ->
                new Request(
                    g, line + end, ended(fields, content.field(), end), end, content.body()));
  }

  private record Content(String field, String body) {}

  private static List<String> ended(List<String> fields, String last, String eol) {
    return Stream.concat(fields.stream(), last.lines()).map(field -> field + eol).toList();
  }

  private static Arbitrary<String> line() {
    Arbitrary<String> method = Arbitraries.of("GET", "POST", "M-SEARCH", "CONNECTX", "C", "H");
    Arbitrary<String> target =
        Arbitraries.of(
            "/", "*", "/a b", "http://h/HTTP/1.1", "/\u00ff", "HTTP/1.1 x", "/ HTTP/1.0");
    return Combinators.combine(method, target, Arbitraries.of("1", "1 ", "2"))
        .as((m, t, v) -> m + " " + t + " HTTP/1." + v);
  }

  private static Arbitrary<List<String>> fields() {
    return Arbitraries.frequencyOf(
            List.of(
                weighted(3, "Host: a", "X-Forwarded-For: 9.9.9.9", "x:", "X-Forwarded-Protocol: z"),
                weighted(
                    3, "X-Forwarded-Proto: https", "x-forwarded-PROTO:", "X-FORWARDED-PROTO:a:b"),
                weighted(
                    1, "Content-Lengths: 7", "Content-Length-: x", "Upgrade: h2c", "\u00e4: 1"),
                weighted(1, "Transfer-Encodin: gzip", "X: \r", "X: X-Forwarded-Proto: a")))
        .list()
        .ofMaxSize(4)
        .map(fields -> fields.stream().mapMulti(Samples::folded).toList());
  }

  /// Some fields go on in further lines.
  private static void folded(String field, Consumer<String> lines) {
    lines.accept(field);
    if (field.endsWith(":") || field.endsWith("b")) {
      lines.accept(" X-Forwarded-Proto: folded");
      lines.accept("\t");
    }
  }

  private static Arbitrary<Content> content() {
    return Arbitraries.oneOf(
        Arbitraries.of("", "Content-Length: 0", "content-length:\t0 ,00")
            .map(f -> new Content(f, "")),
        body().map(b -> new Content("CONTENT-length:" + b.length() + " ", b)),
        body().map(b -> new Content("Content-Length: 999\nTransfer-Encoding: chunked", chunked(b))),
        body().map(b -> new Content("transfer-encoding: gzip ,, Chunked ", chunked(b))));
  }

  private static Arbitrary<String> body() {
    return Arbitraries.oneOf(
            Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(60),
            Arbitraries.of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n", "0\r\n\r\n"))
        .filter(b -> !b.isEmpty());
  }

  private static String chunked(String body) {
    int half = body.length() / 2;
    String first =
        half == 0 ? "" : "00" + Integer.toHexString(half) + "\r\n" + body.substring(0, half) + "\n";
    String size = Integer.toHexString(body.length() - half).toUpperCase(Locale.ROOT);
    return first
        + (size + ";ext=\"a\" \r\n" + body.substring(half) + "\r\n")
        + "0\nX-Forwarded-Proto: trailer\r\nB: c\n\r\n";
  }

  /// Nearly HTTP: its pieces in any order.
  static Arbitrary<String> scraps() {
    return Arbitraries.of(
            "GET / HTTP/1.1",
            "GET ",
            "CONNECT a:1 HTTP/1.1",
            "PRI * HTTP/2.0",
            "/",
            "HTTP/1.0",
            "\r\n",
            "\r\n",
            "\r\n",
            "\n",
            "\r\n\r\n",
            "\r",
            " ",
            "\t",
            ":",
            ",",
            ";",
            "Content-Length",
            "Content-Length: 5",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: ",
            "Transfer-Encoding: chunked",
            "chunked",
            "gzip",
            "5",
            "0",
            "-1",
            "5\r\nabcde\r\n",
            "ffffffffffffffff",
            "0\r\n\r\n",
            "abcde",
            "\0",
            "\u00ff",
            "x-forwarded")
        .list()
        .ofMaxSize(40)
        .map(list -> String.join("", list));
  }

  static Arbitrary<String> anything() {
    return Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(300);
  }

  private static Tuple.Tuple2<Integer, Arbitrary<String>> weighted(int weight, String... values) {
    return Tuple.of(weight, Arbitraries.of(values));
  }
}
