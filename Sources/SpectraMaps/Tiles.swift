import SpectraIO
import Synchronization

/// The tiles that are still to be done, given out one after the other to the threads that work on
/// them.
final class Tiles: Sendable {
  private struct State {
    /// The last one is next.
    var missing: [Int]
    var isStopped = false
    var error: (any Error)?
  }

  /// How many there were.
  let missingCount: Int
  private let state: Mutex<State>

  init(missingIn folder: MapFolder) {
    let isDone = folder.isDone
    let missing = Array(isDone.indices.reversed().filter { !isDone[$0] })
    missingCount = missing.count
    state = Mutex(State(missing: missing))
  }

  /// Why the work was stopped, where that was an error.
  var error: (any Error)? { state.withLock { $0.error } }

  /// The next tile, after it was read; nil where there is none or the work is stopped. Tiles are
  /// read in their order, by one thread at a time.
  func next(reading read: (Int) throws(DataError) -> Void) throws(DataError) -> Int? {
    try state.withLock { state throws(DataError) in
      guard !state.isStopped, let tile = state.missing.popLast() else { return nil }
      try read(tile)
      return tile
    }
  }

  /// Gives out no more tiles. The first error is kept.
  func stop(_ error: (any Error)?) {
    state.withLock { state in
      state.isStopped = true
      state.error = state.error ?? error
    }
  }
}
