package org.penlb.http;

import java.nio.ByteBuffer;

/// Finds the parts of HTTP/1.x requests (RFC 9112) in the bytes that one client sends.
///
/// Owned by: loop. The caller asks for one [Part] after another until the chunk is used up:
///
///     GAP* REQUEST_LINE FIELD* HEAD_END BODY?   for each request, any number of them
///     OPAQUE                                    from what cannot be HTTP/1.x, for ever
///
/// Chunks may end anywhere: a part that is cut goes on in the next chunk, and the parts do not
/// depend on where the cuts are. Bodies are skipped in bulk. A line may end in a bare LF.
///
/// Where it does no harm this is as tolerant as the most tolerant server (spaces in a target, lines
/// without a colon): a client must not be able to hide a head by a line that its server ignores.
/// It gives up where two servers could disagree about the framing: two different lengths, a last
/// transfer coding other than chunked, a length on a continuation line. It does so at the end of
/// that head, so that the head as such is always seen.
///
/// Behind CONNECT and behind an Upgrade the next bytes decide: a server that declined gets another
/// request, and any other protocol is opaque at its first line end at the latest.
public final class RequestParser {

  /// What a run of bytes belongs to.
  public enum Part {
    /// An empty line before a request line, which servers ignore (RFC 9112 section 2.2).
    GAP,
    /// Method, target and version, with the line end.
    REQUEST_LINE,
    /// One line of a header field, with the line end. A continuation line is a `FIELD` of its own,
    /// whose first byte is a space or a tab.
    FIELD,
    /// The empty line behind the fields.
    HEAD_END,
    /// The content, with all sizes, extensions and trailers of the chunked coding.
    BODY,
    /// Not HTTP/1.x.
    OPAQUE
  }

  private enum State {
    START,
    START_CR,
    METHOD,
    TARGET,
    REQUEST_LINE_CR,
    FIELD_START,
    NAME,
    VALUE,
    HEAD_CR,
    CONTENT,
    OPAQUE
  }

  private static final byte[] VERSION = Ascii.bytes("HTTP/1.");

  /// Values of `matched` in a target, besides the number of bytes of `VERSION` matched.
  private static final int NO_VERSION = -1;

  private static final int VERSION_READ = VERSION.length + 1;
  private static final int VERSION_AND_SPACE = VERSION_READ + 1;

  private final Framing framing = new Framing();
  private final Content content = new Content();
  private State state = State.START;
  private boolean complete;
  private boolean http10;
  private boolean hasField;

  /// Servers could disagree about where the content of this request ends.
  private boolean ambiguous;

  /// How much has been read of the version.
  private int matched;

  /// Reads `in`, which must not be empty, as far as one part goes, at least one byte, and moves its
  /// position there.
  public Part next(ByteBuffer in) {
    assert in.hasRemaining();
    int from = in.position();
    complete = false;
    Part part = partAt(in.get(from));
    int to =
        switch (part) {
          case OPAQUE -> in.limit();
          case BODY -> body(in, from);
          default -> line(in, from);
        };
    if (to == from) {
      part = Part.OPAQUE;
      to = in.limit();
    }
    in.position(to);
    return part;
  }

  /// Whether the part that was returned last ends there; never true of `OPAQUE`.
  public boolean complete() {
    return complete;
  }

  /// Whether the rest of the connection is opaque.
  public boolean opaque() {
    return state == State.OPAQUE;
  }

  private Part partAt(byte b) {
    boolean lineEnd = b == Ascii.CR || b == Ascii.LF;
    return switch (state) {
      case START -> lineEnd ? Part.GAP : Part.REQUEST_LINE;
      case START_CR -> Part.GAP;
      case METHOD, TARGET, REQUEST_LINE_CR -> Part.REQUEST_LINE;
      case FIELD_START -> lineEnd ? Part.HEAD_END : Part.FIELD;
      case NAME, VALUE -> Part.FIELD;
      case HEAD_CR -> Part.HEAD_END;
      case CONTENT -> Part.BODY;
      case OPAQUE -> Part.OPAQUE;
    };
  }

  private int body(ByteBuffer in, int from) {
    int to = content.skip(in, from);
    if (content.ended()) {
      end(State.START);
    } else if (to < in.limit()) {
      state = State.OPAQUE;
    }
    return to;
  }

  private int line(ByteBuffer in, int from) {
    int limit = in.limit();
    int i = from;
    while (i < limit && !complete) {
      if (state == State.VALUE && !framing.matters()) {
        i = Ascii.lineFeed(in, i, limit);
        if (i == limit) {
          break;
        }
      }
      if (!accept(in.get(i))) {
        state = State.OPAQUE;
        break;
      }
      i++;
    }
    return i;
  }

  private boolean accept(byte b) {
    return switch (state) {
      case START -> start(b);
      case START_CR -> b == Ascii.LF && end(State.START);
      case METHOD -> method(b);
      case TARGET -> target(b);
      case REQUEST_LINE_CR -> b == Ascii.LF && endRequestLine();
      case FIELD_START -> fieldStart(b);
      case NAME -> name(b);
      case VALUE -> value(b);
      case HEAD_CR -> b == Ascii.LF && endHead();
      case CONTENT, OPAQUE -> throw new AssertionError(state);
    };
  }

  private boolean to(State next) {
    state = next;
    return true;
  }

  private boolean end(State next) {
    complete = true;
    return to(next);
  }

  private boolean start(byte b) {
    matched = NO_VERSION;
    return switch (b) {
      case Ascii.CR -> to(State.START_CR);
      case Ascii.LF -> end(State.START);
      // Not by way of method(): it would take a space.
      default -> Ascii.isToken(b) && method(b) && to(State.METHOD);
    };
  }

  private boolean method(byte b) {
    return b == ' ' ? to(State.TARGET) : Ascii.isToken(b);
  }

  private boolean target(byte b) {
    if (Ascii.isVisible(b)) {
      matched = version(b);
      return true;
    }
    return switch (b) {
      case ' ' -> {
        matched = matched >= VERSION_READ ? VERSION_AND_SPACE : 0;
        yield true;
      }
      case Ascii.CR -> matched >= VERSION_READ && to(State.REQUEST_LINE_CR);
      case Ascii.LF -> matched >= VERSION_READ && endRequestLine();
      default -> false;
    };
  }

  /// Any word may be the version; the last one must be.
  private int version(byte b) {
    int at = matched == VERSION_AND_SPACE ? 0 : matched;
    if (at == VERSION.length && Ascii.isDigit(b)) {
      http10 = b == '0';
      return VERSION_READ;
    }
    return at >= 0 && at < VERSION.length && VERSION[at] == b ? at + 1 : NO_VERSION;
  }

  private boolean endRequestLine() {
    framing.startHead();
    hasField = false;
    ambiguous = false;
    return end(State.FIELD_START);
  }

  private boolean fieldStart(byte b) {
    return switch (b) {
      case Ascii.CR -> to(State.HEAD_CR);
      case Ascii.LF -> endHead();
      case ' ', '\t' -> {
        ambiguous |= !hasField || framing.matters();
        framing.ignoreField();
        yield to(State.VALUE);
      }
      default -> {
        hasField = true;
        framing.startName();
        yield to(State.NAME) && name(b);
      }
    };
  }

  private boolean name(byte b) {
    if (b == ':') {
      framing.colon();
      return to(State.VALUE);
    }
    if (Ascii.isVisible(b)) {
      framing.name(b);
      return true;
    }
    // Some servers take a name with a blank before the colon for the name.
    ambiguous |= framing.isWholeName();
    framing.ignoreField();
    return b == Ascii.LF ? end(State.FIELD_START) : to(State.VALUE);
  }

  private boolean value(byte b) {
    if (b != Ascii.LF) {
      if (!framing.value(b)) {
        ambiguous = true;
        framing.ignoreField();
      }
      return true;
    }
    ambiguous |= framing.matters() && !framing.endValue();
    return end(State.FIELD_START);
  }

  private boolean endHead() {
    if (ambiguous || !framing.endHead(http10)) {
      return end(State.OPAQUE);
    }
    if (framing.chunked()) {
      content.startChunked();
    } else if (framing.length() > 0) {
      content.start(framing.length());
    } else {
      return end(State.START);
    }
    return end(State.CONTENT);
  }
}
