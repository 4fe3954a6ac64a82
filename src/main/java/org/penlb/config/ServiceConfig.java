package org.penlb.config;

import java.util.List;

/// What one service consists of.
///
/// Owned by: immutable.
///
/// @param name for reports and control commands
/// @param udp carries datagrams instead of connections
/// @param listen at least one address
/// @param servers by slot
/// @param emergency null for none
/// @param abuse null for none
/// @param requestLog a file or host:port of a penlogd; null for none
public record ServiceConfig(
    String name,
    boolean udp,
    List<Endpoint> listen,
    List<ServerSpec> servers,
    ServerSpec emergency,
    ServerSpec abuse,
    Settings settings,
    String requestLog) {
  public ServiceConfig {
    listen = List.copyOf(listen);
    servers = List.copyOf(servers);
  }
}
