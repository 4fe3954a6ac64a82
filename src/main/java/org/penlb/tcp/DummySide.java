package org.penlb.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.penlb.http.RequestParser;

/// `dummy`: answers every HTTP request with a tiny page, where a server would be.
///
/// Owned by: loop. It is the tap of a client's flow that leads back to the client: what requests
/// come in, answers go out. Requests may be pipelined, have content, and ask to keep the connection
/// or not; what is no HTTP/1.x gets 400 and nothing more.
final class DummySide implements Tap {
  private static final String PAGE = "<!DOCTYPE html><title>pen</title><p>pen answers.\n";

  private static final byte[] KEEP = answer("200 OK", "");
  private static final byte[] KEEP_OLD = answer("200 OK", "Connection: keep-alive\r\n");
  private static final byte[] LAST = answer("200 OK", "Connection: close\r\n");
  private static final byte[] BAD = answer("400 Bad Request", "Connection: close\r\n");

  private static final byte[] HEAD = "head ".getBytes(US_ASCII);
  private static final byte[] CONNECTION = "connection:".getBytes(US_ASCII);

  /// As much of a line as matters: `Connection` has one or two short words.
  private static final int LINE = 64;

  /// What the parser takes for a request has at least 13 bytes: all answers to one chunk fit in a
  /// buffer.
  static final int MOST_OUT = (Tap.MOST / 13 + 1) * KEEP_OLD.length;

  private final RequestParser parser = new RequestParser();
  private final byte[] line = new byte[LINE];
  private int length;

  private byte lastVisible;

  /// Of the request that is being read: HTTP/1.0, HEAD, and whether the connection goes on.
  private boolean old;

  private boolean head;
  private boolean keep;
  private boolean over;

  private static byte[] answer(String status, String field) {
    var head = "HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nContent-Length: ";
    return (head + PAGE.length() + "\r\n" + field + "\r\n" + PAGE).getBytes(US_ASCII);
  }

  @Override
  public ByteBuffer pass(ByteBuffer in, ByteBuffer out) {
    while (in.hasRemaining() && !over) {
      int from = in.position();
      var part = parser.next(in);
      switch (part) {
        case REQUEST_LINE, FIELD -> {
          append(in, from);
          if (parser.complete()) {
            endLine(part);
          }
        }
        case HEAD_END -> {
          if (parser.complete()) {
            answer(out);
          }
        }
        case OPAQUE -> refuse(out);
        case GAP, BODY -> {}
      }
    }
    in.position(in.limit());
    return out.flip();
  }

  private void append(ByteBuffer in, int from) {
    for (int i = from; i < in.position(); i++) {
      byte b = in.get(i);
      if (b > ' ') {
        lastVisible = b;
      }
      if (length < LINE) {
        line[length++] = b;
      }
    }
  }

  private void endLine(RequestParser.Part part) {
    if (part == RequestParser.Part.REQUEST_LINE) {
      head = begins(HEAD);
      old = lastVisible == '0';
      keep = !old;
    } else if (begins(CONNECTION)) {
      var words = new String(line, 0, length, US_ASCII).toLowerCase(java.util.Locale.ROOT);
      keep = !words.contains("close") && (keep || (old && words.contains("keep-alive")));
    }
    length = 0;
  }

  private boolean begins(byte[] word) {
    for (int i = 0; i < word.length; i++) {
      if (i >= length || (line[i] | (line[i] >= 'A' && line[i] <= 'Z' ? 0x20 : 0)) != word[i]) {
        return false;
      }
    }
    return true;
  }

  private void answer(ByteBuffer out) {
    if (parser.opaque()) { // two servers could disagree about what follows
      refuse(out);
      return;
    }
    over = !keep;
    put(over ? LAST : old ? KEEP_OLD : KEEP, out);
  }

  private void refuse(ByteBuffer out) {
    over = true;
    head = false;
    put(BAD, out);
  }

  private void put(byte[] answer, ByteBuffer out) {
    out.put(answer, 0, answer.length - (head ? PAGE.length() : 0));
  }

  @Override
  public ByteBuffer end(ByteBuffer out) {
    return out.flip();
  }

  /// The client is told of the end when it has got the last answer; what it sends meanwhile is read
  /// and thrown away, as a reset could overtake the answer.
  @Override
  public boolean isOver() {
    return over;
  }
}
