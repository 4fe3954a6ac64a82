/// Addresses, and who may do what by address.
///
/// [org.penlb.acl.ClientAddress] is what "the same client" means everywhere in pen. The room
/// imports nothing of ours.
package org.penlb.acl;
