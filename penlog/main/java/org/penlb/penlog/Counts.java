package org.penlb.penlog;

/// What penlogd has seen and done since its start.
///
/// Owned by: penlogd's thread.
final class Counts {
  long fromPen;
  long fromWeb;
  long matched;
  long waited;
  long unmatched;
  long withoutRequest;
  long empty;
  long notUnderstood;
  long refused;
  long lost;

  @Override
  public String toString() {
    return "lines from pen %d, from web servers %d: matched %d (after waiting %d), unmatched %d, without a request %d; empty %d; not understood %d; refused %d; not written %d"
        .formatted(
            fromPen,
            fromWeb,
            matched,
            waited,
            unmatched,
            withoutRequest,
            empty,
            notUnderstood,
            refused,
            lost);
  }
}
