package org.penlb.acl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes small databases in MaxMind's format, version 2.0, as it is described at
/// https://maxmind.github.io/MaxMind-DB/: a tree of bits, the values at its leaves, a description.
///
/// Records are maps, lists, strings and numbers; a value that has been written before is pointed
/// to, as in the real ones.
public final class DatabaseFile {
  /// A value that is a pointer to itself.
  record Loop() {}

  private static final byte[] METADATA_MARKER = {
    (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
  };

  /// Between the tree and the values; also what a leaf without a value is short of the first value.
  private static final int SEPARATOR = 16;

  private static final int POINTER = 1;
  private static final int STRING = 2;
  private static final int UINT16 = 5;
  private static final int UINT32 = 6;
  private static final int MAP = 7;
  private static final int UINT64 = 9;
  private static final int ARRAY = 11;

  /// A node's two sides: null, the [Node] below, or where the value is in `values`.
  private static final class Node {
    final Object[] sides = new Object[2];
    int number;
  }

  private final int version;
  private final int recordBits;
  private final Node root = new Node();
  private final ByteArrayOutputStream values = new ByteArrayOutputStream();
  private final Map<Object, Integer> written = new HashMap<>();

  /// @param version of IP
  /// @param recordBits 24, 28 or 32
  public DatabaseFile(int version, int recordBits) {
    this.version = version;
    this.recordBits = recordBits;
  }

  /// A record as in GeoLite2-Country, with what is not read before and after what is.
  public static Map<String, Object> country(String code) {
    return Map.of("country", place(code));
  }

  static Map<String, Object> registered(String code) {
    return Map.of("continent", place("EU"), "registered_country", place(code));
  }

  private static Map<String, Object> place(String code) {
    var place = new LinkedHashMap<String, Object>();
    place.put("geoname_id", 2_661_886);
    place.put("iso_code", code);
    place.put("names", Map.of("en", "A country whose name is longer than 28 bytes", "de", "Land"));
    place.put("others", List.of("a", "b", 1));
    return place;
  }

  /// Networks must not contain each other.
  public DatabaseFile put(String network, Object record) throws BadRuleException {
    var rule = (AddressRule) AccessRule.parse(List.of("permit", network));
    int length = rule.ones();
    int from = version == 4 ? 96 : 0;
    var node = root;
    for (int i = from; i < length - 1; i++) {
      int side = bit(rule.network(), i);
      if (node.sides[side] == null) {
        node.sides[side] = new Node();
      }
      node = (Node) node.sides[side];
    }
    if (!written.containsKey(record)) {
      write(values, record, written);
    }
    node.sides[bit(rule.network(), length - 1)] = written.get(record);
    return this;
  }

  /// IPv4 addresses are at `::/96` of a database for both.
  private static int bit(ClientAddress address, int index) {
    long high = address.high();
    long low = address.isIpv4() ? address.low() & 0xffff_ffffL : address.low();
    return (int) ((index < 64 ? high : low) >>> (63 - (index & 63))) & 1;
  }

  public void write(Path file) throws IOException {
    Files.write(file, bytes());
  }

  byte[] bytes() {
    return bytes("Test-Country");
  }

  byte[] bytes(String type) {
    var nodes = new ArrayList<Node>();
    number(root, nodes);
    var file = new ByteArrayOutputStream();
    for (var node : nodes) {
      writeNode(file, side(node, 0, nodes.size()), side(node, 1, nodes.size()));
    }
    file.writeBytes(new byte[SEPARATOR]);
    file.writeBytes(values.toByteArray());
    file.writeBytes(METADATA_MARKER);
    var metadata = new LinkedHashMap<String, Object>();
    metadata.put("binary_format_major_version", (short) 2);
    metadata.put("binary_format_minor_version", (short) 0);
    metadata.put("build_epoch", 1_795_000_000L);
    metadata.put("database_type", type);
    metadata.put("description", Map.of("en", "for a test"));
    metadata.put("ip_version", (short) version);
    metadata.put("languages", List.of("en"));
    metadata.put("node_count", nodes.size());
    metadata.put("record_size", (short) recordBits);
    var description = new ByteArrayOutputStream(); // pointers in it count from its own beginning
    write(description, metadata, new HashMap<>());
    file.writeBytes(description.toByteArray());
    return file.toByteArray();
  }

  private static void number(Node node, List<Node> nodes) {
    node.number = nodes.size();
    nodes.add(node);
    for (var side : node.sides) {
      if (side instanceof Node below) {
        number(below, nodes);
      }
    }
  }

  private static int side(Node node, int side, int nodes) {
    return switch (node.sides[side]) {
      case null -> nodes;
      case Node below -> below.number;
      case Object value -> nodes + SEPARATOR + (int) value;
    };
  }

  private void writeNode(ByteArrayOutputStream out, int left, int right) {
    var node = ByteBuffer.allocate(recordBits / 4);
    switch (recordBits) {
      case 24 -> put3(put3(node, left), right);
      case 28 -> put3(put3(node, left).put((byte) (left >>> 24 << 4 | right >>> 24)), right);
      default -> node.putInt(left).putInt(right);
    }
    out.writeBytes(node.array());
  }

  private static ByteBuffer put3(ByteBuffer out, int bits) {
    return out.put((byte) (bits >>> 16)).putShort((short) bits);
  }

  private static void write(ByteArrayOutputStream out, Object value, Map<Object, Integer> written) {
    var before =
        value instanceof Loop ? (Integer) out.size() : written.putIfAbsent(value, out.size());
    if (before != null) {
      out.write(POINTER << 5 | 3 << 3);
      out.writeBytes(ByteBuffer.allocate(4).putInt(before).array());
      return;
    }
    switch (value) {
      case String text -> {
        var bytes = text.getBytes(UTF_8);
        head(out, STRING, bytes.length);
        out.writeBytes(bytes);
      }
      case Short number -> writeNumber(out, UINT16, 2, number);
      case Integer number -> writeNumber(out, UINT32, 4, number);
      case Long number -> writeNumber(out, UINT64, 8, number);
      case List<?> list -> {
        head(out, ARRAY, list.size());
        list.forEach(element -> write(out, element, written));
      }
      case Map<?, ?> map -> {
        head(out, MAP, map.size());
        map.forEach(
            (key, element) -> {
              write(out, key, written);
              write(out, element, written);
            });
      }
      default -> throw new IllegalArgumentException(value.toString());
    }
  }

  private static void writeNumber(ByteArrayOutputStream out, int type, int size, long number) {
    head(out, type, size);
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
      out.write((int) (number >>> shift));
    }
  }

  private static void head(ByteArrayOutputStream out, int type, int size) {
    int shown = Math.min(size, 29);
    out.write(type > MAP ? shown : type << 5 | shown);
    if (type > MAP) {
      out.write(type - MAP);
    }
    if (size >= 29) {
      out.write(size - 29);
    }
  }
}
