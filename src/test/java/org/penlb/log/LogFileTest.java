package org.penlb.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class LogFileTest {

  /// A disk that takes a few bytes at a time and is full now and then.
  private static final class Disk implements WritableByteChannel {
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> room;
    private int write;
    private boolean repaired;

    Disk(List<Integer> room) {
      this.room = room;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int take = repaired ? from.remaining() : room.get(write++ % room.size());
      if (take == 0) {
        throw new IOException("No space left on device");
      }
      byte[] bytes = new byte[Math.min(take, from.remaining())];
      from.get(bytes);
      text.append(new String(bytes, ISO_8859_1));
      return bytes.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Property(tries = 300)
  void linesInTheFileAreWholeAndTheOthersCounted(
      @ForAll @Size(min = 1, max = 9) List<@IntRange(max = 40) Integer> room,
      @ForAll @Size(max = 60) List<@IntRange(max = 30) Integer> lengths)
      throws IOException {
    Disk disk = new Disk(room);
    long[] lost = {0};
    LogFile file = new LogFile("x", () -> disk, 512, (lines, _) -> lost[0] += lines);
    List<String> lines = new ArrayList<>();
    for (int length : lengths) {
      String line = lines.size() + ":" + "x".repeat(length) + "\n";
      lines.add(line);
      file.add(line.getBytes(ISO_8859_1));
      if (length % 3 == 0) {
        file.flush();
      }
    }
    disk.repaired = true;
    file.flush();
    List<String> written = disk.text.toString().lines().map(line -> line + "\n").toList();
    assertThat(lines.stream().filter(written::contains).toList()).isEqualTo(written);
    assertThat(written).hasSize(lines.size() - (int) lost[0]);
  }

  @Test
  void halfALineStaysInTheOldFile() throws IOException {
    Disk full = new Disk(List.of(3, 0, 0));
    Disk fresh = new Disk(List.of(99));
    List<Disk> disks = new ArrayList<>(List.of(full, fresh));
    List<String> lost = new ArrayList<>();
    LogFile file =
        new LogFile("x", disks::removeFirst, 512, (lines, why) -> lost.add(lines + " " + why));
    file.add("first\n".getBytes(ISO_8859_1));
    file.add("second\n".getBytes(ISO_8859_1));
    file.flush();
    file.reopen();
    file.add("third\n".getBytes(ISO_8859_1));
    file.flush();
    assertThat(full.text.toString()).isEqualTo("fir");
    assertThat(fresh.text.toString()).isEqualTo("third\n");
    assertThat(lost)
        .containsExactly(
            "1 No space left on device",
            "0 No space left on device",
            "1 its beginning is in the old file");
  }
}
