/// pen: a load balancer that remembers clients.
///
/// [org.penlb.Pen] is the command, [org.penlb.Balancer] the entrance for programs that embed pen.
/// What stands here ties the rooms below together; none of them imports it.
package org.penlb;
