package org.penlb.tcp;

import java.nio.ByteBuffer;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Server;
import org.penlb.http.ForwardedHeaders;
import org.penlb.http.RequestLines;

/// What is done with the bytes that a client sends when there is a request log (`-l`) or when
/// requests get X-Forwarded-For (`-H`).
///
/// Owned by: loop.
///
/// @param lines null for a connection that began without a request log
/// @param headers null without `-H`
record RequestTap(RequestLines lines, ForwardedHeaders headers) implements Tap {

  /// Null where nothing is to be done.
  ///
  /// @param client its address, whatever part of it makes it the same client as others
  static Tap create(ConnectionTable table, ClientAddress client, Server server) {
    boolean http = table.service().settings().http();
    if (table.requestLog() == null && !http) {
      return null;
    }
    return new RequestTap(
        table.requestLog() == null ? null : lines(table, client.toString(), server),
        http ? new ForwardedHeaders(forwarded(client), false) : null);
  }

  /// RFC 7239 section 6.1: a node without an address is "unknown".
  private static String forwarded(ClientAddress client) {
    return client.equals(ClientAddress.UNIX) ? "unknown" : client.toString();
  }

  /// Each line goes to the log in use at the time, or nowhere if there is none any more.
  private static RequestLines lines(ConnectionTable table, String client, Server server) {
    var serverText = server.addressText().toString();
    return new RequestLines(
        (request, length) -> {
          var log = table.requestLog();
          if (log != null) {
            log.line(client, serverText, request, 0, length);
          }
        });
  }

  @Override
  public ByteBuffer pass(ByteBuffer in, ByteBuffer out) {
    if (lines != null) {
      lines.chunk(in);
    }
    if (headers == null || headers.opaque()) {
      return in;
    }
    headers.rewrite(in, out);
    return out.flip();
  }

  @Override
  public ByteBuffer end(ByteBuffer out) {
    if (lines != null) {
      lines.finish();
    }
    if (headers != null) {
      headers.finish(out);
    }
    return out.flip();
  }
}
