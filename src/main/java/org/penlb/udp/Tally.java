package org.penlb.udp;

import org.penlb.balance.Client;
import org.penlb.balance.Server;

/// What went through one session, and how much of it servers and clients have been told.
///
/// Owned by: loop.
final class Tally {
  private long bytesUp;
  private long bytesDown;
  private long datagramsUp;
  private long datagramsDown;
  private long toldBytesUp;
  private long toldBytesDown;
  private long toldDatagramsUp;
  private long toldDatagramsDown;

  /// A datagram to the server.
  void up(int bytes) {
    bytesUp += bytes;
    datagramsUp++;
  }

  /// A datagram from the server.
  void down(int bytes) {
    bytesDown += bytes;
    datagramsDown++;
  }

  long bytesUp() {
    return bytesUp;
  }

  long bytesDown() {
    return bytesDown;
  }

  /// Adds what is new to the counts of both.
  void tell(Server server, Client client) {
    long sent = bytesUp - toldBytesUp;
    long received = bytesDown - toldBytesDown;
    server.addTraffic(sent, received);
    client.addTraffic(received, sent);
    toldBytesUp = bytesUp;
    toldBytesDown = bytesDown;
    long datagramsSent = datagramsUp - toldDatagramsUp;
    long datagramsReceived = datagramsDown - toldDatagramsDown;
    server.addDatagrams(datagramsSent, datagramsReceived);
    client.addDatagrams(datagramsReceived, datagramsSent);
    toldDatagramsUp = datagramsUp;
    toldDatagramsDown = datagramsDown;
  }
}
