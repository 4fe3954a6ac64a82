package org.penlb.config;

import java.nio.file.Path;
import java.util.List;

/// What the command line asks for: the process, and what it serves.
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
/// @param linuxSockets carry TCP by Linux's own calls instead of NIO's
/// @param takeover share the port with a pen that runs already
/// @param demo show what pen does, and nothing else
/// @param check say what would be done, and do nothing else
/// @param control `-C`, null for none
/// @param controlFiles commands over TCP may name files
/// @param exitAllowed `-X`
/// @param commands `-o` and `-O`, in order
/// @param configurationFile `-F`, null for none
/// @param notices what to tell about obsolete options
/// @param service the one that the options describe; without an address or servers where commands
///   or the file are to name them
public record Launch(
    boolean foreground,
    int debug,
    Path pidFile,
    Path chroot,
    String user,
    Path webStats,
    int loops,
    boolean linuxSockets,
    boolean takeover,
    boolean demo,
    boolean check,
    Endpoint control,
    boolean controlFiles,
    boolean exitAllowed,
    List<String> commands,
    Path configurationFile,
    List<String> notices,
    ServiceConfig service) {}
