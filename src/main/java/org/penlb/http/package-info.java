/// What pen knows of HTTP/1.x: where requests are in the bytes that a client sends.
///
/// [org.penlb.http.RequestParser] cuts the client's bytes into the parts of requests. Two users
/// stand on it: [org.penlb.http.ForwardedHeaders] adds the fields of `-H` to every request, and
/// [org.penlb.http.RequestLines] finds the lines of the request log (`-l`).
///
/// pen carries any protocol. What is not HTTP/1.x, or stops being it, is opaque: it passes
/// untouched until the connection ends. Answers are never looked at. A connection costs a constant,
/// small amount of memory here, whatever arrives, and no chunk of bytes allocates anything.
package org.penlb.http;
