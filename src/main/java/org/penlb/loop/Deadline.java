package org.penlb.loop;

/// Something that happens at a time unless it is cancelled. Its place in the heap is stored in it,
/// so that setting, moving and cancelling allocate nothing.
///
/// Owned by: loop.
public abstract class Deadline {
  static final int UNSET = -1;

  int heapIndex = UNSET;
  long atNanos;

  /// The time has come; the deadline is unset again when this is called.
  ///
  /// @param nowNanos the loop's time
  protected abstract void onDeadline(long nowNanos);

  public final boolean isSet() {
    return heapIndex != UNSET;
  }
}
