package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {
  @ParameterizedTest
  @ValueSource(strings = {"root", "daemon", "nobody"})
  void agreesWithId(String user) throws Exception {
    Account account = Account.find(user);
    assertThat(account.name()).isEqualTo(user);
    assertThat(Set.of(account.uid())).isEqualTo(id("-u", user));
    assertThat(Set.of(account.gid())).isEqualTo(id("-g", user));
    assertThat(Set.copyOf(account.groups())).isEqualTo(id("-G", user));
  }

  @Test
  void aKnownNumberIsItsUser() throws IOException {
    assertThat(Account.find("0")).isEqualTo(Account.find("root"));
  }

  @Test
  void theLargestNumberIsUnsigned() throws IOException {
    assertThat(Account.find("4294967294"))
        .isEqualTo(new Account("4294967294", 4294967294L, 4294967294L, List.of(4294967294L)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no-such-user", "-1", "4294967295", "99999999999999999999", "1 2"})
  void othersDoNotExist(String user) {
    assertThatThrownBy(() -> Account.find(user))
        .isInstanceOf(IOException.class)
        .hasMessage("no such user: " + user);
  }

  @Test
  void oneThreadThatDiffersIsFound() throws IOException {
    Account account = new Account("x", 5, 6, List.of(6L, 7L));
    String good = "Name:\tx\nUid:\t5\t5\t5\t5\nGid:\t6\t6\t6\t6\nFDSize:\t64\nGroups:\t6 7 \n";
    assertThat(TaskStatus.parse(good).is(account)).isTrue();
    for (String bad :
        List.of(
            good.replace("5\t5\n", "0\t5\n"),
            good.replace("6\t6\n", "6\t0\n"),
            good.replace("6 7", "0 6 7"),
            good.replace("6 7 ", ""))) {
      assertThat(TaskStatus.parse(bad).is(account)).as(bad).isFalse();
    }
    assertThatThrownBy(() -> TaskStatus.parse("Name:\tx\nUid:\t5\n")).hasMessageContaining("Gid:");
  }

  private static Set<Long> id(String option, String user) throws Exception {
    Process id = new ProcessBuilder("id", option, user).start();
    String out = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(ChildJvm.statusOf(id)).isZero();
    return Arrays.stream(out.trim().split(" ", -1)).map(Long::valueOf).collect(Collectors.toSet());
  }
}
