/// The log-merge tools penlog, penlogd and mergelogs; they come with an issue of their own.
package org.penlb.penlog;
