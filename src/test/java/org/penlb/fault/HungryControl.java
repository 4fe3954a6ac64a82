package org.penlb.fault;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.penlb.config.Endpoint;
import org.penlb.control.ControlListener;
import org.penlb.log.Diagnostics;

/// A process with a control listener that takes all descriptors when it is told to: `eat`, `free`,
/// and `cpu` for the processor time of the listener's loop, each a line that has a line as reply.
final class HungryControl {
  private static final ArrayDeque<FileInputStream> EATEN = new ArrayDeque<>();

  private HungryControl() {}

  public static void main(String[] args) throws Exception {
    Diagnostics.toStderr(0);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var listener = ControlListener.open(Endpoint.parse("127.0.0.1:0"))) {
      listener.start((line, _) -> line + "\n", _ -> true);
      System.out.println(listener.addressText());
      cpuMillis(); // loads what it needs
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(
            switch (line) {
              case "eat" -> eat();
              case "free" -> free();
              default -> cpuMillis();
            });
      }
    }
  }

  private static String eat() {
    try {
      while (true) {
        EATEN.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      return "eaten " + EATEN.size();
    }
  }

  private static String free() throws IOException {
    while (!EATEN.isEmpty()) {
      EATEN.poll().close();
    }
    return "freed";
  }

  private static String cpuMillis() {
    var threads = ManagementFactory.getThreadMXBean();
    var infos = threads.getThreadInfo(threads.getAllThreadIds());
    long nanos =
        Arrays.stream(infos)
            .filter(thread -> thread != null && thread.getThreadName().equals("control"))
            .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
            .sum();
    return Long.toString(nanos / 1_000_000);
  }
}
