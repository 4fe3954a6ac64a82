package org.penlb.process;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What is asked over UDP, and who has answered.
public enum Protocol {
  /// Of a [UdpServer], which says its name.
  NAME {
    @Override
    byte[] question(int number) {
      return ("question " + number).getBytes(US_ASCII);
    }

    @Override
    String server(byte[] answer, int number) {
      var text = new String(answer, US_ASCII);
      var rest = " question " + number;
      return text.endsWith(rest) ? text.substring(0, text.length() - rest.length()) : null;
    }
  },

  /// The address of any name at all, of a [DnsServer]; RFC 1035, section 4.
  DNS {
    @Override
    byte[] question(int number) {
      var out = ByteBuffer.allocate(100);
      out.putShort((short) number).putShort((short) 0x0100); // recursion desired
      out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
      for (var label : new String[] {"n" + number, "test", ""}) {
        out.put((byte) label.length()).put(label.getBytes(US_ASCII));
      }
      out.putShort((short) 1).putShort((short) 1); // A, IN
      return Arrays.copyOf(out.array(), out.position());
    }

    @Override
    String server(byte[] answer, int number) {
      var in = ByteBuffer.wrap(answer);
      boolean answered = in.getShort(0) == (short) number && in.getShort(6) == 1;
      // Its one record is the last thing in it, and ends with the address.
      return answered ? "server " + answer[answer.length - 1] : null;
    }
  };

  abstract byte[] question(int number);

  /// Who has answered; null if this is no answer to that question.
  abstract String server(byte[] answer, int number);
}
