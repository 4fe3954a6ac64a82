package org.penlb.http;

import java.nio.ByteBuffer;

/// Finds the lines of the request log (`-l`) in the bytes that one client sends.
///
/// Owned by: loop. A connection that begins with an HTTP/1.x request line gives one line per
/// request, and none for anything else in it. Any other gives the first line of each chunk
/// received.
///
/// Until the first line end a chunk may turn out to be either. The chunks before the one that
/// decides are then one line of the log together.
public final class RequestLines {
  /// The most bytes of a request that are kept.
  public static final int MAX_LENGTH = 100;

  /// Takes the lines.
  @FunctionalInterface
  public interface Sink {
    /// Takes one line.
    ///
    /// @param request raw bytes without a line end, valid during the call, possibly unprintable
    /// @param length bytes of it, at most [#MAX_LENGTH]
    void line(byte[] request, int length);
  }

  private final RequestParser parser = new RequestParser();
  private final Sink sink;
  private final byte[] line = new byte[MAX_LENGTH];
  private int length;
  private boolean http;

  public RequestLines(Sink sink) {
    this.sink = sink;
  }

  /// Looks at the remaining bytes of a chunk and leaves its position as it was.
  public void chunk(ByteBuffer in) {
    if (in.hasRemaining() && !(http && parser.opaque())) {
      int from = in.position();
      parse(in);
      in.position(from);
    }
  }

  /// Gives the line that the client began before it ended the connection, if that was its first
  /// one.
  public void finish() {
    if (!http && length > 0) {
      emit();
    }
  }

  private void parse(ByteBuffer in) {
    int start = in.position();
    int before = length;
    while (in.hasRemaining()) {
      int from = in.position();
      switch (parser.next(in)) {
        case REQUEST_LINE -> requestLine(in, from);
        case OPAQUE -> {
          if (!http) {
            otherProtocol(in, start, before);
          }
        }
        case GAP, FIELD, HEAD_END, BODY -> {}
      }
    }
  }

  private void requestLine(ByteBuffer in, int from) {
    append(in, from, in.position());
    if (parser.complete()) {
      http = true;
      emit();
    }
  }

  /// The part of the first line that came before this chunk is a line, and this chunk's first one.
  private void otherProtocol(ByteBuffer in, int start, int before) {
    length = before;
    if (length > 0) {
      emit();
    }
    int end = Ascii.lineFeed(in, start, Math.min(in.limit(), start + MAX_LENGTH + 1));
    boolean crLf = end < in.limit() && end > start && in.get(end - 1) == Ascii.CR;
    int to = crLf && in.get(end) == Ascii.LF ? end - 1 : end;
    length = Math.min(to - start, MAX_LENGTH);
    in.get(start, line, 0, length);
    emit();
  }

  private void append(ByteBuffer in, int from, int to) {
    // The only CR or LF that the parser lets into a request line is at its end.
    for (int i = from; i < to && length < MAX_LENGTH; i++) {
      byte b = in.get(i);
      if (b != Ascii.CR && b != Ascii.LF) {
        line[length++] = b;
      }
    }
  }

  private void emit() {
    sink.line(line, length);
    length = 0;
  }
}
