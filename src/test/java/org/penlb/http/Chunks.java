package org.penlb.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/// Cuts a client's bytes into chunks.
final class Chunks {
  private Chunks() {}

  /// Hands over all of `text`, one byte per character, in chunks of the given sizes over and over.
  static void feed(String text, List<Integer> sizes, Consumer<ByteBuffer> consumer) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    int from = 0;
    for (int i = 0; from < bytes.length; i++) {
      int size = Math.min(sizes.get(i % sizes.size()), bytes.length - from);
      // With other bytes around, as in a loop's large buffer.
      ByteBuffer buffer = ByteBuffer.allocateDirect(size + 7);
      consumer.accept(buffer.put(3, bytes, from, size).position(3).limit(3 + size));
      from += size;
    }
  }

  static String text(ByteBuffer written) {
    byte[] bytes = new byte[written.flip().remaining()];
    written.get(bytes);
    return new String(bytes, ISO_8859_1);
  }
}
