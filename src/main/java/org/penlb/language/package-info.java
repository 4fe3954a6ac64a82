/// The control language: what may be said to pen in a configuration file, with `-o`, and by penctl.
///
/// [org.penlb.language.Language] reads a line by a table of [org.penlb.language.Command]s and makes
/// a [org.penlb.language.Statement] of it: an edit of a [org.penlb.language.Draft], a request to
/// the [org.penlb.language.RunningPen], or both. [org.penlb.language.ConfigurationReader] reads
/// whole files, [org.penlb.language.ConfigurationText] writes them; both use the same table of
/// settings, so that what can be set is written.
package org.penlb.language;
