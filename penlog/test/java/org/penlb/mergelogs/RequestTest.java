package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penlb.penlog.RequestText;

class RequestTest {
  private static final byte[] CLIENT = {'c'};

  private static Request request(int server, String text) {
    var request = new Request(RequestText.MAX);
    var bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, request.text(), 0, bytes.length);
    return request.set(server, bytes.length);
  }

  @Test
  void itIsTheServerAndTheText() {
    assertThat(request(0, "GET /"))
        .isEqualTo(request(0, "GET /"))
        .isNotEqualTo(request(1, "GET /"));
    assertThat(request(0, "GET /").copy()).isEqualTo(request(0, "GET /"));
    assertThat(request(0, "GET /")).isNotEqualTo(request(0, "GET /a"));
    assertThat(request(0, "")).isEqualTo(request(0, ""));
  }

  /// With the order a map stays fast however many have one hash.
  @Test
  void requestsWithTheSameHashHaveAnOrder() {
    var one = request(0, "GET /Aa");
    var other = request(0, "GET /BB");
    assertThat(one).hasSameHashCodeAs(other).isNotEqualTo(other);
    assertThat(one.compareTo(other)).isNegative();
    assertThat(other.compareTo(one)).isPositive();
    assertThat(one.compareTo(request(0, "GET /Aa"))).isZero();
    assertThat(Map.copyOf(new HashMap<>(Map.of(one, 1, other, 2)))).hasSize(2);
  }

  @Test
  void theNearestMomentIsFoundWhereverTheLastQuestionWas() {
    var request = request(0, "GET /");
    assertThat(request.nearest(5)).isNull();
    for (long seconds : new long[] {10, 30, 20, 0}) {
      assertThat(request.add(seconds, CLIENT)).isNotNull();
    }
    assertThat(request.add(20, CLIENT)).as("the second is there already").isNull();
    var questions = new long[] {-5, 100, 5, 6, 15, 16, 25, 26, 0, 31, 9};
    var answers = new long[] {0, 30, 0, 10, 10, 20, 20, 30, 0, 30, 10};
    for (int i = 0; i < questions.length; i++) {
      assertThat(request.nearest(questions[i]).seconds)
          .as("at %s", questions[i])
          .isEqualTo(answers[i]);
    }
  }

  @Test
  void removedMomentsAreNotFound() {
    var request = request(0, "GET /");
    for (long seconds : new long[] {0, 10, 20}) {
      request.add(seconds, CLIENT);
    }
    request.remove(request.nearest(10));
    assertThat(request.nearest(10).seconds).isZero();
    request.remove(request.nearest(20));
    assertThat(request.nearest(20).seconds).isZero();
    assertThat(request.isEmpty()).isFalse();
    request.remove(request.nearest(0));
    assertThat(request.isEmpty()).isTrue();
    request.add(7, CLIENT);
    assertThat(request.nearest(0).seconds).isEqualTo(7);
  }
}
