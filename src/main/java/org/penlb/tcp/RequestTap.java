package org.penlb.tcp;

import java.nio.ByteBuffer;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Client;
import org.penlb.balance.Server;
import org.penlb.http.ForwardedHeaders;
import org.penlb.http.RequestLines;
import org.penlb.log.RequestLog;

/// What is done with the bytes that a client sends when there is a request log (`-l`) or when
/// requests get X-Forwarded-For (`-H`).
///
/// Owned by: loop.
///
/// @param lines null without a request log
/// @param headers null without `-H`
record RequestTap(RequestLines lines, ForwardedHeaders headers) implements Tap {

  /// Null where nothing is to be done.
  static Tap create(RequestLog log, boolean http, Client client, Server server) {
    if (log == null && !http) {
      return null;
    }
    var clientText = client.address().toString();
    return new RequestTap(
        log == null ? null : lines(log, clientText, server),
        http ? new ForwardedHeaders(forwarded(client.address()), false) : null);
  }

  /// RFC 7239 section 6.1: a node without an address is "unknown".
  private static String forwarded(ClientAddress client) {
    return client.equals(ClientAddress.UNIX) ? "unknown" : client.toString();
  }

  private static RequestLines lines(RequestLog log, String client, Server server) {
    var serverText = server.addressText().toString();
    return new RequestLines((request, length) -> log.line(client, serverText, request, 0, length));
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
