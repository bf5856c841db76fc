import Synchronization

/// The trials of a search that wait, are under way and are done, for several threads.
final class SearchQueue: Sendable {
  private struct State {
    var waiting: [SearchTrial]
    var shares: [SearchTrial: Double] = [:]
    var doneCost: Double
    var finished: Int
    var latest: GridPoint?
    var isStopped = false
    var error: (any Error)?
  }

  private let cost: @Sendable (SearchTrial) -> Double
  private let total: Int
  private let totalCost: Double
  private let state: Mutex<State>

  /// A queue of the trials that are not done; the costliest comes first, of equals the first.
  init(
    _ trials: [SearchTrial], isDone: (SearchTrial) -> Bool,
    cost: @escaping @Sendable (SearchTrial) -> Double
  ) {
    let done = trials.filter(isDone)
    let waiting = trials.filter { !isDone($0) }.enumerated()
      .sorted { (-cost($0.element), $0.offset) < (-cost($1.element), $1.offset) }
      .map(\.element)
    self.cost = cost
    total = trials.count
    totalCost = trials.reduce(0) { $0 + cost($1) }
    state = Mutex(
      State(
        waiting: waiting.reversed(), doneCost: done.reduce(0) { $0 + cost($1) },
        finished: done.count))
  }

  /// The next trial to run; nil where none waits, or the search is stopped.
  func next() -> SearchTrial? {
    state.withLock { $0.isStopped ? nil : $0.waiting.popLast() }
  }

  /// Takes down how much of a trial is done.
  func advance(_ trial: SearchTrial, to share: Double) -> GridSearch.Progress {
    state.withLock { state in
      state.shares[trial] = share
      state.latest = trial.point
      return progress(state)
    }
  }

  /// Takes down that a trial is done.
  func finish(_ trial: SearchTrial) -> GridSearch.Progress {
    state.withLock { state in
      state.shares[trial] = nil
      state.doneCost += cost(trial)
      state.finished += 1
      state.latest = trial.point
      return progress(state)
    }
  }

  /// Gives out no further trial.
  func stop(_ error: (any Error)? = nil) {
    state.withLock { state in
      state.isStopped = true
      state.error = state.error ?? error
    }
  }

  var isStopped: Bool { state.withLock { $0.isStopped } }
  var error: (any Error)? { state.withLock { $0.error } }
  /// Whether all trials are done.
  var isEmpty: Bool { state.withLock { $0.finished == total } }
  var progress: GridSearch.Progress { state.withLock { progress($0) } }

  private func progress(_ state: State) -> GridSearch.Progress {
    let underWay = state.shares.reduce(0) { $0 + $1.value * cost($1.key) }
    return GridSearch.Progress(
      finished: state.finished, total: total, fraction: (state.doneCost + underWay) / totalCost,
      point: state.latest)
  }
}
