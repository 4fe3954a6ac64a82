/// The few POSIX calls that the JDK lacks.
package org.penlb.unix;
