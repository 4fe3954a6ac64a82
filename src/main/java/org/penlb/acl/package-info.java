/// Addresses, and who may do what by address.
///
/// [org.penlb.acl.ClientAddress] is what "the same client" means everywhere in pen. An
/// [org.penlb.acl.AccessRule] is an entry as administrators write it, an [org.penlb.acl.AccessList]
/// what is made of many to be asked for each client: a table of prefixes, a few groups of odd
/// masks, the countries, and the lowest entry that any of these finds. The room imports nothing of
/// ours.
package org.penlb.acl;
