package org.penlb.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.config.BadSettingException;

class WordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "a b|a,b",
        "'  a\t b  '|a,b",
        "\"a b\" c|a b,c",
        "\"a \\\" b\"|a \" b",
        "\"a\\\\b\"|a\\b",
        "a\\b|a\\b",
        "a\"b|a\"b",
        "\"\"|''",
        "\"a\"b|a,b",
        "a # b|a,#,b",
        "ä 日本|ä,日本",
        "''|",
      })
  void lineIsSplitAtBlanksOutsideOfQuotes(String line, String words) throws Exception {
    var expected = words == null ? List.of() : List.of(words.split(",", -1));
    assertThat(Words.of(line).rest()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "a \"b", "\"a\\\"", "\"a\\"})
  void quoteThatIsNotClosedIsRefused(String line) {
    assertThatThrownBy(() -> Words.of(line))
        .isInstanceOf(BadSettingException.class)
        .hasMessage("a quote is not closed, expected \" at the end of the word");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, '\n', '\r', 27, 127, 0x85, 0x9f})
  void controlCharacterIsRefused(int c) {
    for (var line : List.of("a" + (char) c, "\"" + (char) c + "\"", "\"\\" + (char) c + "\"")) {
      assertThatThrownBy(() -> Words.of(line))
          .isInstanceOf(BadSettingException.class)
          .hasMessage("control character %d is not allowed, expected printable text", c);
    }
  }

  @Property
  void whatIsQuotedIsReadAgain(@ForAll("words") List<String> words) throws Exception {
    var line = words.stream().map(Words::quote).collect(Collectors.joining(" "));
    assertThat(Words.of(line).rest()).isEqualTo(words);
  }

  @Property
  void anyLineIsReadOrRefused(@ForAll String line) {
    try {
      assertThat(Words.of(line).rest()).doesNotContainNull();
    } catch (BadSettingException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }

  @Provide
  Arbitrary<List<String>> words() {
    var odd = Arbitraries.strings().withChars(" \"\\#ab\t\u00a0");
    var any = Arbitraries.strings();
    return Arbitraries.oneOf(odd, any)
        .map(text -> text.chars().filter(c -> !Character.isISOControl(c)).toArray())
        .map(chars -> new String(chars, 0, chars.length))
        .list()
        .ofMaxSize(8);
  }

  @Test
  void onlyWhatWouldBeReadOtherwiseIsQuoted() {
    assertThat(List.of("a", "a#b", "/x:y", "ä", "a'b").stream().map(Words::quote))
        .containsExactly("a", "a#b", "/x:y", "ä", "a'b");
    assertThat(List.of("", "#a", "a b", "\"", "\\").stream().map(Words::quote))
        .containsExactly("\"\"", "\"#a\"", "\"a b\"", "\"\\\"\"", "\"\\\\\"");
  }

  @Test
  void whatIsLeftOverIsRefused() throws Exception {
    var words = Words.of("a b").about("frob");
    assertThat(words.take("b")).isFalse();
    assertThat(words.take("a")).isTrue();
    assertThatThrownBy(words::end)
        .hasMessage("frob: 'b' is too much, expected the end of the line");
    assertThat(words.word("x")).isEqualTo("b");
    words.end();
    assertThat(words.peek()).isNull();
    assertThatThrownBy(() -> words.word("a colour")).hasMessage("frob: expected a colour");
    assertThatThrownBy(() -> words.number(1, 5))
        .hasMessage("frob is missing, expected a number from 1 to 5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "1.0", "", "1234567890123456789", "+1"})
  void numberOfAConnectionIsChecked(String text) throws Exception {
    var words = Words.of(Words.quote(text)).about("close");
    assertThatThrownBy(words::connection)
        .hasMessage("close is '%s', expected the number of a connection", text);
  }

  @Test
  void numbersOfConnectionsMayBeLong() throws Exception {
    assertThat(Words.of("3000000000").connection()).isEqualTo(3_000_000_000L);
  }
}
