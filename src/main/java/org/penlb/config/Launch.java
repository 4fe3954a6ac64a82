package org.penlb.config;

import java.nio.file.Path;
import java.util.List;

/// What the command line asks for: the process, and the services in it.
///
/// Owned by: immutable.
///
/// @param foreground `-f`
/// @param debug how often `-d` was given
/// @param pidFile `-p`, null for none
/// @param chroot `-j`, null for none
/// @param user `-u`, null for none
/// @param webStats `-w`, null for none
/// @param loops event loops; 0 is one per core
/// @param takeover share the port with a pen that runs already
/// @param demo show what pen does, and nothing else
/// @param notices what to tell about obsolete options
public record Launch(
    boolean foreground,
    int debug,
    Path pidFile,
    Path chroot,
    String user,
    Path webStats,
    int loops,
    boolean takeover,
    boolean demo,
    List<String> notices,
    List<ServiceConfig> services) {}
