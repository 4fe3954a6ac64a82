package org.penlb.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.penlb.tcp.Wire;

/// Answers each datagram with its name, a space and what was in it; one that has no name with what
/// was in it alone.
public final class UdpServer implements AutoCloseable {
  private final String name;
  private final DatagramSocket socket;
  private final List<String> received = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread = Thread.ofPlatform().daemon(true).unstarted(this::serve);

  /// On some port of an address, in the network namespace of the calling thread.
  public UdpServer(String name, String address) throws IOException {
    this.name = name;
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
    thread.start();
  }

  UdpServer(String name) throws IOException {
    this(name, "127.0.0.1");
  }

  /// Free with UDP and with TCP, and none that the kernel gives to clients.
  static int freePort() throws IOException {
    while (true) {
      int port = Wire.freePort();
      try (var socket = new DatagramSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one
      }
    }
  }

  /// As an argument of pen.
  public String address() {
    var host = socket.getLocalAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getLocalPort();
  }

  public int port() {
    return socket.getLocalPort();
  }

  /// What has come, as text.
  public List<String> received() {
    return List.copyOf(received);
  }

  private void serve() {
    var packet = new DatagramPacket(new byte[65_535], 65_535);
    var prefix = name.isEmpty() ? "" : name + " ";
    try {
      while (true) {
        packet.setLength(65_535);
        socket.receive(packet);
        var text = new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
        received.add(text);
        packet.setData((prefix + text).getBytes(ISO_8859_1));
        socket.send(packet);
        packet.setData(new byte[65_535]);
      }
    } catch (IOException e) {
      // closed
    }
  }

  /// From now on its port refuses.
  @Override
  public void close() {
    socket.close();
    try {
      // While it waits for one more datagram the port is still open.
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
