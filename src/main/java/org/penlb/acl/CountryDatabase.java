package org.penlb.acl;

import com.maxmind.db.CHMCache;
import com.maxmind.db.ClosedDatabaseException;
import com.maxmind.db.Reader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Countries from a file in MaxMind's format: GeoIP2 and GeoLite2 Country or City, DB-IP and others
/// that have `country.iso_code` or `registered_country.iso_code`.
///
/// Owned by: shared (all loops read it; nothing changes but that it is closed).
///
/// The file is held in memory as it was when it was opened: a mapped one that is cut short in its
/// place, as `cp` does, would end the JVM with SIGBUS.
public final class CountryDatabase implements CountryLookup, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CountryDatabase.class);

  private static final String EXPECTED =
      "expected a MaxMind database of countries or cities such as GeoLite2-Country.mmdb";

  /// Networks of each family that are looked at to find one country. Those without a country, such
  /// as 0.0.0.0/8 and 10.0.0.0/8, are few and large.
  private static final int PROBES = 10_000;

  private static final ClientAddress IPV4_START = ClientAddress.ofIpv4(0);

  /// 2000::/3, all that is in use.
  private static final ClientAddress IPV6_START = ClientAddress.ofBits(0x2000L << 48, 0);

  private final Path file;
  private final Reader reader;
  private final AtomicBoolean hasFailed = new AtomicBoolean();

  private CountryDatabase(Path file, Reader reader) {
    this.file = file;
    this.reader = reader;
  }

  /// Reads a file and makes sure that it is of use.
  ///
  /// @throws IOException in one line for the administrator if the file cannot be read, is no such
  ///   database, or knows no country
  public static CountryDatabase open(Path file) throws IOException {
    var name = "country database '" + file + "'";
    // A pipe would be waited for.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(name + " is not a file, " + EXPECTED);
    }
    try {
      // The cache holds 4,096 values at most. Countries fit in: a look-up costs a quarter less, and
      // less than half the garbage, than without.
      var reader = new Reader(file.toFile(), Reader.FileMode.MEMORY, new CHMCache());
      if (knowsCountryFrom(reader, IPV4_START) || knowsCountryFrom(reader, IPV6_START)) {
        return new CountryDatabase(file, reader);
      }
    } catch (FileNotFoundException e) { // its message is that of the system: missing or forbidden
      throw new IOException("country database cannot be read: " + e.getMessage(), e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new IOException(name + " is of another kind or damaged, " + EXPECTED, e);
    } catch (OutOfMemoryError e) {
      throw new IOException(name + " is too large for the memory (-Xmx) of this process", e);
    }
    throw new IOException(name + " knows no countries, " + EXPECTED);
  }

  /// Walks from network to network until one has a country. The library's own walk over all of them
  /// may take forever where the tree is damaged.
  private static boolean knowsCountryFrom(Reader reader, ClientAddress start) throws IOException {
    var address = start;
    for (int i = 0; i < PROBES && address != null && isCovered(reader, address); i++) {
      var found = reader.getRecord(inet(address), CountryRecord.Network.class);
      if (found.data() != null && found.data().code() != null) {
        return true;
      }
      address = address.afterPrefix(found.network().prefixLength());
    }
    return false;
  }

  /// The file that was read.
  public Path file() {
    return file;
  }

  @Override
  public String country(ClientAddress address) {
    if (address.isUnix() || !isCovered(reader, address)) {
      return null;
    }
    try {
      var network = reader.get(inet(address), CountryRecord.Network.class);
      return network == null ? null : network.code();
    } catch (ClosedDatabaseException _) {
      return null;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      if (hasFailed.compareAndSet(false, true)) {
        LOG.warn(
            "country database '{}' is damaged, clients whose country it cannot tell, such as {},"
                + " match no entry with a country: {}",
            file,
            address,
            e.toString());
      }
      return null;
    }
  }

  /// The library would read a tree for IPv4 with the bits of an IPv6 address, and a tree for both
  /// has IPv4 addresses at `::/96`.
  private static boolean isCovered(Reader reader, ClientAddress address) {
    return address.isIpv4()
        || (reader.getMetadata().ipVersion() == 6
            && (address.high() != 0 || address.low() >>> 32 != 0));
  }

  private static InetAddress inet(ClientAddress address) throws UnknownHostException {
    return InetAddress.getByAddress(address.bytes());
  }

  /// Frees the memory. Lists that still use this database then know no countries.
  @Override
  public void close() throws IOException {
    reader.close();
  }
}
