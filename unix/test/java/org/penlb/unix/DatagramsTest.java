package org.penlb.unix;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatagramsTest {
  private static final long MAPPED = 0xffff_0000_0000L;
  private static final long LOOPBACK = MAPPED | 0x7f00_0001L;
  private static final int CONNECTION_REFUSED = 111;

  private final List<DatagramChannel> open = new ArrayList<>();

  @BeforeEach
  void linux() {
    Assumptions.assumeTrue(Posix.LINUX, "for Linux only");
  }

  @AfterEach
  void close() throws Exception {
    for (DatagramChannel channel : open) {
      channel.close();
    }
  }

  private DatagramChannel bind(String host) throws Exception {
    InetAddress address = InetAddress.ofLiteral(host);
    boolean ipv6 = address.getAddress().length == 16;
    var family = ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    DatagramChannel channel = DatagramChannel.open(family);
    open.add(channel);
    try {
      channel.bind(new InetSocketAddress(address, 0));
    } catch (java.net.BindException e) {
      Assumptions.abort("no " + host + " here");
    }
    return channel;
  }

  private static int port(DatagramChannel channel) throws Exception {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  private static void say(DatagramChannel from, String host, int port, String text)
      throws Exception {
    from.send(
        ByteBuffer.wrap(text.getBytes(US_ASCII)),
        new InetSocketAddress(InetAddress.ofLiteral(host), port));
  }

  private static String text(Datagrams datagrams, int slot) {
    return US_ASCII.decode(datagrams.bytes(slot)).toString();
  }

  /// What a channel gets next, and from whom.
  private static String next(DatagramChannel channel) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(100);
    var sender = (InetSocketAddress) channel.receive(bytes);
    return US_ASCII.decode(bytes.flip())
        + " from "
        + sender.getAddress().getHostAddress()
        + " "
        + sender.getPort();
  }

  @Test
  void isAvailableHere() {
    assertThat(DatagramSockets.available()).isTrue();
  }

  @Test
  void allThatWaitComeWithTheirSenders() throws Exception {
    DatagramChannel receiver = bind("127.0.0.1");
    DatagramChannel one = bind("127.0.0.2");
    DatagramChannel other = bind("127.0.0.3");
    say(one, "127.0.0.1", port(receiver), "first");
    say(other, "127.0.0.1", port(receiver), "");
    say(one, "127.0.0.1", port(receiver), "third");

    var datagrams = new Datagrams(4);
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 0, 4)).isEqualTo(3);
    assertThat(text(datagrams, 0)).isEqualTo("first");
    assertThat(text(datagrams, 1)).isEmpty();
    assertThat(text(datagrams, 2)).isEqualTo("third");
    assertThat(datagrams.senderHigh(1)).isZero();
    assertThat(datagrams.senderLow(0)).isEqualTo(LOOPBACK + 1);
    assertThat(datagrams.senderLow(1)).isEqualTo(LOOPBACK + 2);
    assertThat(datagrams.senderPort(2)).isEqualTo(port(one));
    assertThat(datagrams.hasLocal(0)).isFalse();
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 3, 1)).isZero();
  }

  @Test
  void wildcardSocketSaysWhereTheyWereSentAndAnswersFromThere() throws Exception {
    DatagramChannel receiver = bind("0.0.0.0");
    DatagramSockets.tellLocalAddress(Sockets.descriptor(receiver), false);
    DatagramChannel client = bind("127.0.0.9");
    say(client, "127.0.0.5", port(receiver), "ask");

    var datagrams = new Datagrams(1);
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 0, 1)).isOne();
    assertThat(datagrams.hasLocal(0)).isTrue();
    assertThat(datagrams.localLow(0)).isEqualTo(LOOPBACK + 4);
    datagrams.to(0, false, 0, datagrams.senderLow(0), datagrams.senderPort(0), 0);
    datagrams.from(0, false, 0, LOOPBACK + 4, 0);
    assertThat(datagrams.send(Sockets.descriptor(receiver), 0, 1)).isOne();
    assertThat(next(client)).isEqualTo("ask from 127.0.0.5 " + port(receiver));
  }

  @Test
  void socketOfBothFamiliesAnswersEachFromItsAddress() throws Exception {
    DatagramChannel receiver = bind("::");
    DatagramSockets.tellLocalAddress(Sockets.descriptor(receiver), true);
    DatagramChannel four = bind("127.0.0.9");
    DatagramChannel six = bind("::1");
    say(four, "127.0.0.5", port(receiver), "four");
    say(six, "::1", port(receiver), "six");

    var datagrams = new Datagrams(2);
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 0, 2)).isEqualTo(2);
    assertThat(datagrams.senderLow(0)).isEqualTo(LOOPBACK + 8);
    assertThat(datagrams.localLow(0)).isEqualTo(LOOPBACK + 4);
    assertThat(datagrams.senderLow(1)).isOne();
    assertThat(datagrams.localLow(1)).isOne();
    for (int slot = 0; slot < 2; slot++) {
      long high = datagrams.localHigh(slot);
      long low = datagrams.localLow(slot);
      datagrams.to(
          slot,
          true,
          datagrams.senderHigh(slot),
          datagrams.senderLow(slot),
          datagrams.senderPort(slot),
          0);
      datagrams.from(slot, true, high, low, 0);
    }
    assertThat(datagrams.send(Sockets.descriptor(receiver), 0, 2)).isEqualTo(2);
    assertThat(next(four)).isEqualTo("four from 127.0.0.5 " + port(receiver));
    assertThat(next(six)).isEqualTo("six from 0:0:0:0:0:0:0:1 " + port(receiver));
  }

  @Test
  void refusalIsToldOnceThoughTheSocketIsNotConnected() throws Exception {
    DatagramChannel nobody = bind("127.0.0.1");
    int port = port(nobody);
    nobody.close();
    DatagramChannel sender = bind("127.0.0.1");
    int descriptor = Sockets.descriptor(sender);
    DatagramSockets.tellErrors(descriptor, false);
    say(sender, "127.0.0.1", port, "anybody");

    var datagrams = new Datagrams(1);
    assertThat(datagrams.receive(descriptor, 0, 1)).isZero();
    assertThat(datagrams.nextError(descriptor)).isEqualTo(CONNECTION_REFUSED);
    assertThat(datagrams.nextError(descriptor)).isZero();
    assertThat(Datagrams.isUnreachable(CONNECTION_REFUSED)).isTrue();
    assertThat(Datagrams.message(CONNECTION_REFUSED)).isEqualTo("Connection refused");
  }

  @Test
  void refusalThatASendRanIntoIsStillTold() throws Exception {
    DatagramChannel nobody = bind("127.0.0.1");
    int port = port(nobody);
    nobody.close();
    DatagramChannel sender = bind("127.0.0.1");
    DatagramChannel receiver = bind("127.0.0.1");
    int descriptor = Sockets.descriptor(sender);
    DatagramSockets.tellErrors(descriptor, false);
    say(receiver, "127.0.0.1", port(sender), "x");
    var datagrams = new Datagrams(1);
    assertThat(datagrams.receive(descriptor, 0, 1)).isOne();
    datagrams.to(0, false, 0, LOOPBACK, port, 0);

    assertThat(datagrams.send(descriptor, 0, 1)).isOne();
    assertThat(datagrams.send(descriptor, 0, 1)).isZero();
    assertThat(datagrams.nextError(descriptor)).isEqualTo(CONNECTION_REFUSED);
    assertThat(datagrams.sendAgain(descriptor, 0)).isZero();
  }

  @Test
  void whatCannotBeSentSaysWhy() throws Exception {
    DatagramChannel sender = bind("127.0.0.1");
    DatagramChannel receiver = bind("127.0.0.1");
    say(sender, "127.0.0.1", port(receiver), "x");
    var datagrams = new Datagrams(1);
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 0, 1)).isOne();
    datagrams.to(0, false, 0, LOOPBACK, port(sender), 0);

    assertThat(datagrams.send(-1, 0, 1)).isZero();
    assertThat(Datagrams.message(datagrams.sendAgain(-1, 0))).isEqualTo("Bad file descriptor");
  }

  @Test
  void largestDatagramPassesWhole() throws Exception {
    DatagramChannel sender = bind("127.0.0.1");
    DatagramChannel receiver = bind("127.0.0.1");
    DatagramSockets.room(Sockets.descriptor(receiver), 1 << 20);
    byte[] bytes = new byte[65_507];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    sender.send(ByteBuffer.wrap(bytes), receiver.getLocalAddress());

    var datagrams = new Datagrams(2);
    assertThat(datagrams.receive(Sockets.descriptor(receiver), 1, 1)).isOne();
    assertThat(datagrams.length(1)).isEqualTo(bytes.length);
    assertThat(datagrams.bytes(1)).isEqualTo(ByteBuffer.wrap(bytes));
  }

  @Test
  void deafSocketHearsNobodyAndStillSpeaks() throws Exception {
    DatagramChannel listener = bind("127.0.0.1");
    DatagramChannel client = bind("127.0.0.1");
    int descriptor = Sockets.descriptor(listener);
    say(client, "127.0.0.1", port(listener), "before");
    assertThat(DatagramSockets.deafen(descriptor, false, 0, LOOPBACK, 0)).isTrue();
    say(client, "127.0.0.1", port(listener), "after");

    var datagrams = new Datagrams(2);
    assertThat(datagrams.receive(descriptor, 0, 2)).isOne();
    assertThat(text(datagrams, 0)).isEqualTo("before");
    datagrams.to(0, false, 0, LOOPBACK, port(client), 0);
    assertThat(datagrams.send(descriptor, 0, 1)).isOne();
    assertThat(next(client)).isEqualTo("before from 127.0.0.1 " + port(listener));
  }

  @Test
  void carryingAllocatesNothing() throws Exception {
    DatagramChannel one = bind("127.0.0.1");
    DatagramChannel other = bind("127.0.0.1");
    var datagrams = new Datagrams(1);
    say(one, "127.0.0.1", port(other), "round");
    assertThat(datagrams.receive(Sockets.descriptor(other), 0, 1)).isOne();
    int a = Sockets.descriptor(one);
    int b = Sockets.descriptor(other);
    int portA = port(one);
    int portB = port(other);
    for (int i = 0; i < 20_000; i++) {
      turn(datagrams, a, portA, b, portB);
    }
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      turn(datagrams, a, portA, b, portB);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
  }

  /// There and back, with an answer from nobody in between.
  private static void turn(Datagrams datagrams, int a, int portA, int b, int portB) {
    datagrams.to(0, false, 0, LOOPBACK, portA, 0);
    int sent = datagrams.send(b, 0, 1);
    datagrams.reset(0, 1);
    int received = datagrams.receive(a, 0, 1);
    datagrams.to(0, false, 0, datagrams.senderLow(0), portB, 0);
    sent += datagrams.send(a, 0, 1);
    datagrams.reset(0, 1);
    received += datagrams.receive(b, 0, 1);
    if (sent != 2 || received != 2 || datagrams.nextError(a) != 0) {
      throw new AssertionError(sent + " sent, " + received + " received");
    }
  }
}
