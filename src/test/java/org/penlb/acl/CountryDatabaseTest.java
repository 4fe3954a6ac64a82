package org.penlb.acl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.penlb.acl.DatabaseFile.registered;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class CountryDatabaseTest {
  private static final String EXPECTED =
      "expected a MaxMind database of countries or cities such as GeoLite2-Country.mmdb";

  private final Logger logger = (Logger) LoggerFactory.getLogger(CountryDatabase.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @TempDir private Path dir;

  @BeforeEach
  void listenToTheLog() {
    logger.setAdditive(false);
    logger.addAppender(log);
    log.start();
  }

  @AfterEach
  void leaveTheLog() {
    logger.detachAppender(log);
    logger.setAdditive(true);
  }

  private Path file() {
    return dir.resolve("country.mmdb");
  }

  private CountryDatabase open(byte[] bytes) throws IOException {
    Files.write(file(), bytes);
    return CountryDatabase.open(file());
  }

  private static String country(CountryLookup countries, String address)
      throws BadAddressException {
    return countries.country(ClientAddress.parse(address));
  }

  private static DatabaseFile both(int recordBits) throws BadRuleException {
    return new DatabaseFile(6, recordBits)
        .put("192.0.2.0/24", DatabaseFile.country("SE"))
        .put("198.51.100.128/25", DatabaseFile.country("NO"))
        .put("203.0.113.7", registered("FI"))
        .put("2001:db8::/32", DatabaseFile.country("SE"))
        .put("2001:db9::/127", registered("DE"));
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 28, 32})
  void clientsOfBothFamiliesHaveCountries(int recordBits) throws Exception {
    try (var database = open(both(recordBits).bytes())) {
      assertThat(database.file()).isEqualTo(file());
      assertThat(country(database, "192.0.2.0")).isEqualTo("SE");
      assertThat(country(database, "::ffff:192.0.2.255")).isEqualTo("SE");
      assertThat(country(database, "198.51.100.128")).isEqualTo("NO");
      assertThat(country(database, "2001:db8:ffff::")).isEqualTo("SE");
      assertThat(country(database, "192.0.3.0")).isNull();
      assertThat(country(database, "198.51.100.127")).isNull();
      assertThat(country(database, "2001:db7::")).isNull();
      assertThat(country(database, "::192.0.2.0")).isNull();
      assertThat(database.country(ClientAddress.UNIX)).isNull();
    }
  }

  @Test
  void countryOfRegistrationCountsWhereNoOtherIsKnown() throws Exception {
    var moved =
        Map.of("country", Map.of("iso_code", "SE"), "registered_country", Map.of("iso_code", "US"));
    var nameless = Map.of("country", Map.of("geoname_id", 7), "registered_country", Map.of());
    var file = both(24).put("10.0.0.0/24", moved).put("10.0.1.0/24", nameless);
    try (var database = open(file.bytes())) {
      assertThat(country(database, "203.0.113.7")).isEqualTo("FI");
      assertThat(country(database, "2001:db9::1")).isEqualTo("DE");
      assertThat(country(database, "10.0.0.1")).isEqualTo("SE");
      assertThat(country(database, "10.0.1.1")).isNull();
    }
  }

  @Test
  void databaseForIpv4KnowsNothingOfIpv6() throws Exception {
    var file = new DatabaseFile(4, 24).put("32.1.0.0/16", DatabaseFile.country("SE"));
    try (var database = open(file.bytes())) {
      assertThat(country(database, "32.1.13.184")).isEqualTo("SE");
      assertThat(country(database, "2001:db8::")).isNull();
    }
  }

  @Test
  void databaseForIpv6AloneIsEnough() throws Exception {
    var file = new DatabaseFile(6, 24).put("3fff:ffff::/32", DatabaseFile.country("SE"));
    try (var database = open(file.bytes())) {
      assertThat(country(database, "3fff:ffff::1")).isEqualTo("SE");
      assertThat(country(database, "192.0.2.1")).isNull();
    }
  }

  @Test
  void accessListsUseIt() throws Exception {
    try (var database = open(both(24).bytes())) {
      var list =
          AccessListTest.list(database, "permit 192.0.2.7", "deny country SE", "deny country fi");
      assertThat(list.permits(ClientAddress.parse("192.0.2.7"))).isTrue();
      assertThat(list.decidingRule(ClientAddress.parse("192.0.2.8"))).isOne();
      assertThat(list.decidingRule(ClientAddress.parse("203.0.113.7"))).isEqualTo(2);
      assertThat(list.permits(ClientAddress.parse("198.51.100.200"))).isTrue();
    }
  }

  @Test
  void fileMayBeCutShortOrRemovedWhileItIsInUse() throws Exception {
    try (var database = open(both(24).bytes())) {
      Files.write(file(), new byte[0]);
      assertThat(country(database, "192.0.2.0")).isEqualTo("SE");
      Files.delete(file());
      assertThat(country(database, "2001:db8::")).isEqualTo("SE");
      assertThat(log.list).isEmpty();
    }
  }

  @Test
  void closedDatabaseKnowsNothing() throws Exception {
    var database = open(both(24).bytes());
    database.close();
    database.close();
    assertThat(country(database, "192.0.2.0")).isNull();
    assertThat(log.list).isEmpty();
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> CountryDatabase.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessage("country database cannot be read: " + file() + " (No such file or directory)");
  }

  @Test
  void unreadableFileIsNamed() throws Exception {
    // Permissions do not stop root, but nobody can read this one.
    var unreadable = Path.of("/sys/bus/platform/drivers_probe");
    if (!System.getProperty("user.name").equals("root")) {
      unreadable = Files.write(file(), both(24).bytes());
      Files.setPosixFilePermissions(unreadable, Set.of());
    }
    assumeTrue(Files.exists(unreadable));
    var name = unreadable;
    assertThatThrownBy(() -> CountryDatabase.open(name))
        .isInstanceOf(IOException.class)
        .hasMessage("country database cannot be read: " + name + " (Permission denied)");
  }

  @Test
  void directoryIsRefused() {
    assertThatThrownBy(() -> CountryDatabase.open(dir))
        .isInstanceOf(IOException.class)
        .hasMessage("country database '" + dir + "' is not a file, " + EXPECTED);
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void pipeIsNotWaitedFor() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file().toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> CountryDatabase.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessage("country database '" + file() + "' is not a file, " + EXPECTED);
  }

  private void refuses(byte[] bytes, String why) throws IOException {
    Files.write(file(), bytes);
    assertThatThrownBy(() -> CountryDatabase.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessage("country database '" + file() + "' " + why + ", " + EXPECTED);
  }

  @Test
  void filesOfAnotherKindAreRefused() throws Exception {
    var random = new byte[100_000];
    new Random(1).nextBytes(random);
    refuses(random, "is of another kind or damaged");
    refuses(new byte[0], "is of another kind or damaged");
    refuses("192.0.2.0/24,SE\n".getBytes(ISO_8859_1), "is of another kind or damaged");
    var flat = new DatabaseFile(6, 24).put("192.0.2.0/24", Map.of("country", "SE"));
    refuses(flat.bytes(), "is of another kind or damaged");
  }

  @Test
  void filesThatAreCutShortAreRefused() throws Exception {
    var whole = both(24).bytes();
    for (int length = 0; length < whole.length; length += 3) {
      refuses(Arrays.copyOf(whole, length), "is of another kind or damaged");
    }
  }

  @Test
  void databasesWithoutCountriesAreRefused() throws Exception {
    refuses(new DatabaseFile(6, 24).bytes(), "knows no countries");
    var networks = new DatabaseFile(6, 28);
    for (int i = 0; i < 20_000; i++) {
      networks.put(
          "10." + (i >> 8) + "." + (i & 255) + ".0/24",
          Map.of("autonomous_system_number", i, "autonomous_system_organization", "A " + i));
    }
    refuses(networks.bytes("GeoLite2-ASN"), "knows no countries");
  }

  @Test
  void damageIsLoggedOnceAndHarmsNobodyElse() throws Exception {
    var loop = Map.of("country", Map.of("iso_code", new DatabaseFile.Loop()));
    var file = both(24).put("192.0.3.0/24", loop).put("2001:dba::/32", Map.of("country", "SE"));
    try (var database = open(file.bytes())) {
      assertThat(country(database, "192.0.2.1")).isEqualTo("SE");
      assertThat(log.list).isEmpty();
      assertThat(country(database, "192.0.3.1")).isNull();
      assertThat(country(database, "192.0.3.2")).isNull();
      assertThat(country(database, "2001:dba::")).isNull();
      assertThat(country(database, "198.51.100.200")).isEqualTo("NO");
    }
    assertThat(log.list)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .isEqualTo(
            "country database '"
                + file()
                + "' is damaged, clients whose country it cannot tell, such as 192.0.3.1, match no"
                + " entry with a country: java.lang.StackOverflowError");
  }

  /// Whatever is wrong inside, a client gets an answer.
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedDatabasesNeverHarm() throws Exception {
    var random = new Random(2);
    var whole = both(24).bytes();
    var addresses = List.of("192.0.2.1", "198.51.100.200", "203.0.113.7", "2001:db9::1", "::1:0:0");
    int opened = 0;
    int unknown = 0;
    for (int i = 0; i < 300; i++) {
      var bytes = whole.clone();
      for (int j = 0; j <= random.nextInt(3); j++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try (var database = open(bytes)) {
        opened++;
        for (var address : addresses) {
          var code = country(database, address);
          assertThat(code == null ? "XX" : code).matches("[A-Z]{2}");
          unknown += code == null ? 1 : 0;
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(EXPECTED);
      }
    }
    assertThat(opened).isBetween(50, 299);
    assertThat(unknown).isGreaterThan(opened); // one of the addresses is in no network
  }
}
