package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/// A line of pen's request log, in the array that it was read into: `CLIENT UNIXTIME SERVER
/// REQUEST` from a file, `+ CLIENT SERVER REQUEST` from a datagram.
///
/// Owned by: one thread. Reading a line allocates nothing, and replaces the one before. Whatever
/// the bytes are, reading does not fail: a line is one of these or it is not.
public final class PenLine {
  /// The most bytes that an address may have.
  private static final int MAX_ADDRESS = 64;

  private static final int MAX_DIGITS = 18;

  private byte[] line;
  private int client;
  private int clientEnd;
  private int server;
  private int serverEnd;
  private int request;
  private int end;
  private long unixSeconds;

  /// Whether a datagram means to be from pen rather than from a web server, whose lines may begin
  /// with a plus sign, but not with a plus sign alone.
  public static boolean isDatagram(byte[] bytes, int from, int to) {
    return to - from >= 2 && bytes[from] == '+' && bytes[from + 1] == ' ';
  }

  /// Reads a line of a file.
  ///
  /// @param to behind its last byte; a line feed there does not belong to it
  /// @return whether it is one; if not, there is nothing to ask for
  public boolean readFile(byte[] bytes, int from, int to) {
    begin(bytes, from, to);
    client = from;
    clientEnd = word(client);
    int time = clientEnd + 1;
    int timeEnd = clientEnd < 0 ? -1 : word(time);
    server = timeEnd + 1;
    serverEnd = timeEnd < 0 || !readTime(time, timeEnd) ? -1 : word(server);
    request = serverEnd + 1;
    return serverEnd >= 0;
  }

  /// Reads a datagram; the time is not known.
  public boolean readDatagram(byte[] bytes, int from, int to) {
    begin(bytes, from, to);
    if (!isDatagram(bytes, from, end)) {
      return false;
    }
    client = from + 2;
    clientEnd = word(client);
    server = clientEnd + 1;
    serverEnd = clientEnd < 0 ? -1 : word(server);
    request = serverEnd + 1;
    return serverEnd >= 0;
  }

  private void begin(byte[] bytes, int from, int to) {
    line = bytes;
    end = to > from && bytes[to - 1] == '\n' ? to - 1 : to;
    unixSeconds = -1;
  }

  /// The end of a word, which a blank follows; -1 if there is none.
  private int word(int from) {
    int most = Math.min(end, from + MAX_ADDRESS + 1);
    for (int i = from; i < most; i++) {
      if (line[i] == ' ') {
        return i > from ? i : -1;
      }
      if (line[i] < ' ' || line[i] == 0x7f || line[i] == '"') {
        return -1; // bytes of 128 and more are negative
      }
    }
    return -1;
  }

  private boolean readTime(int from, int to) {
    if (to - from > MAX_DIGITS) {
      return false;
    }
    long time = 0;
    for (int i = from; i < to; i++) {
      if (line[i] < '0' || line[i] > '9') {
        return false;
      }
      time = time * 10 + line[i] - '0';
    }
    unixSeconds = time;
    return true;
  }

  /// Where the client's address begins in the array.
  public int clientFrom() {
    return client;
  }

  public int clientLength() {
    return clientEnd - client;
  }

  public String client() {
    return new String(line, client, clientLength(), ISO_8859_1);
  }

  /// When pen got the request, in seconds since 1970; -1 for a datagram.
  public long unixSeconds() {
    return unixSeconds;
  }

  /// The server's address as it is written.
  public String server() {
    return new String(line, server, serverEnd - server, ISO_8859_1);
  }

  /// The server's address; null if it is none.
  public Address serverAddress() {
    return Address.parse(line, server, serverEnd);
  }

  /// Copies the request in the form in which it is compared.
  ///
  /// @param text has room for [RequestText#MAX] bytes
  /// @return how many it is
  public int requestText(byte[] text) {
    return RequestText.copy(line, request, end, text);
  }
}
