package org.penlb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.function.Predicate;
import org.penlb.acl.ClientAddress;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.Launch;
import org.penlb.unix.Privileges;

/// Who may give commands over TCP, where nobody is asked who he is.
///
/// Owned by: immutable.
record ControlAccess(boolean wildcard, Administration administration)
    implements Predicate<ClientAddress> {

  /// That to a listener which is open; its name is not looked up again, as after a chroot it cannot
  /// be.
  static ControlAccess at(SocketAddress address, Administration administration) {
    boolean wildcard =
        address instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
    return new ControlAccess(wildcard, administration);
  }

  /// Refuses, at start, what would let too many do too much.
  static void check(Launch launch, Configuration configuration)
      throws BadSettingException, IOException {
    var endpoint = launch.control();
    if (endpoint == null || endpoint.isUnix()) {
      return;
    }
    if (Privileges.isRoot() && launch.user() == null) {
      throw new BadSettingException(
          "-C "
              + endpoint
              + ": control over TCP as root needs -u USER (`-u root` insists), or a Unix socket");
    }
    if (isWildcard(endpoint) && configuration.lists().get(configuration.controlAcl()).isEmpty()) {
      throw new BadSettingException(
          "-C %s: open to everybody; expected one address, or an access list that says who may:"
                  .formatted(endpoint)
              + " -o 'acl 9 permit 192.0.2.0 255.255.255.0' -o 'control_acl 9'");
    }
  }

  private static boolean isWildcard(Endpoint endpoint) throws IOException {
    try {
      return !endpoint.isUnix()
          && endpoint.host() != null
          && InetAddress.getByName(endpoint.host()).isAnyLocalAddress();
    } catch (UnknownHostException e) {
      throw new IOException("-C " + endpoint + ": unknown host", e);
    }
  }

  /// An empty list permits all, except where the list is all that protects.
  @Override
  public boolean test(ClientAddress client) {
    var list = administration.controlList();
    return list.permits(client) && !(list.isEmpty() && wildcard);
  }
}
