/// What the administrator asks for, parsed and checked, before anything is opened.
///
/// [org.penlb.config.CommandLine] turns arguments into a [org.penlb.config.Launch];
/// [org.penlb.config.Options] is the table of options that parsing, `--help` and the tests against
/// the man page share. [org.penlb.config.Settings] is how one service behaves. Whatever is wrong
/// becomes a [org.penlb.config.BadSettingException] that says what was expected.
package org.penlb.config;
