/// Where `penlog.jar` begins: which of its commands is meant. Only this room knows all of them.
package org.penlb.logtools;
