package org.penlb.http;

import java.nio.ByteBuffer;

/// Adds `X-Forwarded-For` and `X-Forwarded-Proto` to every request of one connection (`-H`).
///
/// Owned by: loop. Both fields come last in the head, so that of several `X-Forwarded-For` the one
/// that can be trusted is the last. A client's own `X-Forwarded-For` stays before it; its own
/// `X-Forwarded-Proto` is removed. Whatever is not HTTP/1.x passes unchanged, see [RequestParser].
///
/// At most [#MAX_HELD] bytes are held back between two calls, and only those that may be the
/// beginning of `X-Forwarded-Proto` or of the line end that closes a head. Another protocol is
/// therefore never kept waiting.
///
/// Deviation from pen: it adds the fields once per chunk read, in bodies too.
public final class ForwardedHeaders {
  /// The most that [#rewrite] takes at once.
  public static final int MAX_INPUT = 16 * 1024;

  /// The longest client address, in characters.
  public static final int MAX_CLIENT = 64;

  /// The most bytes that wait for their successors, and that [#finish] may put out.
  public static final int MAX_HELD = "X-Forwarded-Proto".length();

  private static final byte[] PROTO = Ascii.bytes("x-forwarded-proto");

  /// `X-Forwarded-For: CLIENT` and `X-Forwarded-Proto: https` with their line ends.
  private static final int MAX_FIELDS = 17 + MAX_CLIENT + 2 + 24 + 2;

  /// `A HTTP/1.0` and two line feeds: what the parser takes for a request has at least these bytes.
  private static final int MIN_REQUEST = 13;

  private final RequestParser parser = new RequestParser();
  private final byte[] fields;
  private final byte[] held = new byte[MAX_HELD];

  /// Bytes held back. While a name is compared, also the number of bytes of it that match.
  private int heldCount;

  private boolean fieldStart = true;
  private boolean comparing;
  private boolean removing;

  /// For the connection of one client.
  ///
  /// @param client the client's address without a port, at most [#MAX_CLIENT] characters
  /// @param https whether the client came by TLS
  public ForwardedHeaders(String client, boolean https) {
    if (client.length() > MAX_CLIENT || !client.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("not an address: " + client);
    }
    String proto = https ? "https" : "http";
    fields = Ascii.bytes("X-Forwarded-For: " + client + "\r\nX-Forwarded-Proto: " + proto + "\r\n");
    assert fields.length <= MAX_FIELDS;
  }

  /// The most bytes that `input` bytes can become: the first of them may end a head, and each
  /// further smallest request gets the fields once more; bytes held back before may come out too.
  public static int maxOutput(int input) {
    return input == 0 ? 0 : MAX_HELD + input + (1 + (input - 1) / MIN_REQUEST) * MAX_FIELDS;
  }

  /// Takes all of `in`, at most [#MAX_INPUT] bytes, and puts what becomes of it into `out`, which
  /// needs room for [#maxOutput] bytes.
  public void rewrite(ByteBuffer in, ByteBuffer out) {
    assert in.remaining() <= MAX_INPUT : in;
    assert out.remaining() >= maxOutput(in.remaining()) : out;
    while (in.hasRemaining()) {
      int from = in.position();
      switch (parser.next(in)) {
        case FIELD -> field(in, from, out);
        case HEAD_END -> headEnd(in, from, out);
        case GAP, REQUEST_LINE, BODY, OPAQUE -> {
          release(out);
          copy(in, from, out);
          fieldStart = true;
          removing = false;
        }
      }
    }
  }

  /// Puts out the bytes held back, at the end of the client's stream.
  public void finish(ByteBuffer out) {
    release(out);
  }

  /// Whether nothing will be changed or held back any more, so that the caller may do without this.
  public boolean opaque() {
    return parser.opaque() && heldCount == 0;
  }

  private void field(ByteBuffer in, int from, ByteBuffer out) {
    int at = from;
    if (fieldStart) {
      // A continuation line shares the fate of the line before it.
      comparing = !Ascii.isBlank(in.get(from));
      removing &= !comparing;
    }
    if (comparing) {
      at = compare(in, from, out);
    }
    if (!comparing && !removing) {
      copy(in, at, out);
    }
    fieldStart = parser.complete();
  }

  /// Compares the name with `X-Forwarded-Proto` and returns the index of the first byte that is
  /// neither held back nor thrown away.
  private int compare(ByteBuffer in, int from, ByteBuffer out) {
    for (int i = from; i < in.position(); i++) {
      byte b = in.get(i);
      if (heldCount < PROTO.length && Ascii.lower(b) == PROTO[heldCount]) {
        held[heldCount++] = b;
      } else {
        comparing = false;
        // Some servers take a name with a blank before the colon for the name.
        removing = heldCount == PROTO.length && (b == ':' || Ascii.isBlank(b));
        if (removing) {
          heldCount = 0;
        }
        release(out);
        return i;
      }
    }
    return in.position();
  }

  private void headEnd(ByteBuffer in, int from, ByteBuffer out) {
    if (parser.complete()) {
      out.put(fields);
      release(out);
      copy(in, from, out);
    } else {
      // Only with the line feed it is certain that the head ends here.
      held[heldCount++] = in.get(from);
    }
  }

  private void release(ByteBuffer out) {
    out.put(held, 0, heldCount);
    heldCount = 0;
  }

  /// Copies the bytes from `from` to the position of `in`, without a slice object.
  private static void copy(ByteBuffer in, int from, ByteBuffer out) {
    int length = in.position() - from;
    out.put(out.position(), in, from, length);
    out.position(out.position() + length);
  }
}
