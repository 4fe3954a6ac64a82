/// JMH questions about single parts of the balancer.
package org.penlb.bench;
