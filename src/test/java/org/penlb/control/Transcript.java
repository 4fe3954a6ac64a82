package org.penlb.control;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Commands and what pen replies to them, as in the file `commands.txt`: a line that begins with
/// `>` is a command, those after it are the reply. A line `...` stands for any number of lines. An
/// empty line ends a conversation: the next command is given to another pen. `tcp>` is a command
/// from a TCP connection, `#` begins a remark.
final class Transcript {
  record Exchange(String command, Origin origin, List<String> reply, int line) {
    boolean isRefused() {
      return !reply.isEmpty() && reply.getFirst().startsWith("error: ");
    }

    /// Of the command that it is about, without `no` and `service NAME`.
    String name() {
      return command
          .replaceFirst("^service [a-z]+ (?=.)", "")
          .replaceFirst("^no ", "")
          .split(" ", -1)[0];
    }

    String text() {
      return reply.isEmpty() ? "" : String.join("\n", reply) + "\n";
    }

    /// Whether a reply is the one that is written down.
    boolean accepts(String given) {
      int gap = reply.indexOf("...");
      if (gap < 0) {
        return given.equals(text());
      }
      return given.startsWith(String.join("\n", reply.subList(0, gap)) + "\n")
          && given.endsWith("\n" + String.join("\n", reply.subList(gap + 1, reply.size())) + "\n");
    }
  }

  private Transcript() {}

  static List<List<Exchange>> read() throws Exception {
    var file = Path.of(Transcript.class.getResource("/commands.txt").toURI());
    var conversations = new ArrayList<List<Exchange>>();
    var conversation = new ArrayList<Exchange>();
    var lines = new ArrayList<>(Files.readAllLines(file));
    lines.add("");
    int number = 0;
    for (var line : lines) {
      number++;
      if (line.startsWith("#")) {
        continue;
      }
      if (line.isEmpty()) {
        if (!conversation.isEmpty()) {
          conversations.add(List.copyOf(conversation));
          conversation.clear();
        }
      } else if (line.startsWith("> ")) {
        conversation.add(new Exchange(line.substring(2), Origin.UNIX, new ArrayList<>(), number));
      } else if (line.startsWith("tcp> ")) {
        conversation.add(new Exchange(line.substring(5), Origin.TCP, new ArrayList<>(), number));
      } else {
        conversation.getLast().reply().add(line);
      }
    }
    return conversations;
  }
}
