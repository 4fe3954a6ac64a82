package org.penlb.loop;

/// The attachment of a selection key: what to call when its channel is ready.
public interface Ready {
  /// Something of `readyOps` (as in [java.nio.channels.SelectionKey]) can be done. On an error or a
  /// hang-up every operation that the key is interested in is ready.
  void onReady(int readyOps);

  /// [#onReady] threw, which is a defect: give up what belongs to the key.
  void onDefect(Throwable defect);
}
