package org.penlb.language;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.penlb.balance.Service;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.ServiceConfig;
import org.penlb.stats.Snapshot;

/// The running pen, as far as commands are concerned.
///
/// Owned by: shared (whatever implements it may be called from any thread).
public interface RunningPen {
  Configuration configuration();

  /// Changes the configuration, as a whole or not at all; live connections go on.
  ///
  /// @param service the one that the edit is about; null: the first
  void change(String service, Statement.Edit edit) throws BadSettingException, IOException;

  /// What is configured for one service.
  ///
  /// @throws BadSettingException if there is none of that name (any more)
  default ServiceConfig configuration(String service) throws BadSettingException {
    var config = configuration().service(service);
    if (config == null) {
      throw Language.unknownService(service, serviceNames());
    }
    return config;
  }

  /// Reads a file of commands and does what it says: all of it, or nothing.
  ///
  /// @param service the one that the file is about until it begins a section
  /// @return the replies to what the file asks
  String include(Path file, String service) throws BadSettingException, IOException;

  /// The file of `-F`; null without.
  Path configurationFile();

  Snapshot snapshot();

  /// The service of that name.
  ///
  /// @throws BadSettingException if there is none (any more)
  LiveService service(String name) throws BadSettingException;

  /// At least one: the first is the one that plain commands are about.
  default List<String> serviceNames() {
    return configuration().services().stream().map(ServiceConfig::name).toList();
  }

  /// Where control connections are accepted; empty if nowhere.
  String controlAddress();

  /// Ends pen as TERM does.
  ///
  /// @throws BadSettingException unless pen was started with `-X`
  void exit() throws BadSettingException;

  /// On the monotonic clock.
  long nowNanos();

  /// One service in operation.
  interface LiveService {
    Service service();

    /// All that the reports show of it, as of now.
    Snapshot.Service snapshot();

    /// With the port that the kernel chose where 0 was asked for.
    List<String> listening();

    /// The connection of this number; null if there is none.
    Snapshot.Details connection(long number);

    /// The connection that has this descriptor, or null.
    Snapshot.Details connectionOfDescriptor(int descriptor);

    /// Closes a connection; returns false if there is none of this number.
    boolean close(long number);

    /// The connection behind this address and port of pen's, towards a server; or null.
    Snapshot.Details connectionFrom(InetSocketAddress local);

    /// Idle connections that are there, see the command `idlers`.
    int idlers();
  }
}
