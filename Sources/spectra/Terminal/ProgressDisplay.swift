import Foundation
import Synchronization

/// Shows how far long work is: one line that is drawn anew on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var lastDrawn = Date.distantPast
    var width = 0
  }

  private let title: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let started = Date()
  private let state = Mutex(State())

  init(_ title: String) {
    self.title = title
  }

  /// Draws the bar; call as often as you like. Nothing is written where standard error is no
  /// terminal.
  ///
  /// - Parameters:
  ///   - fraction: how much is done, 0 to 1.
  ///   - detail: a few words beside the bar.
  func draw(_ fraction: Double, _ detail: String) {
    guard isTerminal else { return }
    state.withLock { state in
      let now = Date()
      guard now.timeIntervalSince(state.lastDrawn) > 0.1 else { return }
      state.lastDrawn = now
      let filled = Int((min(max(fraction, 0), 1) * 24).rounded())
      let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: 24 - filled)
      let line = "\(title) [\(bar)] \(Int(fraction * 100)) %  \(detail)"
      let padding = String(repeating: " ", count: max(0, state.width - line.count))
      state.width = line.count
      write("\r\(line)\(padding)")
    }
  }

  /// Says something that stays, above the bar on a terminal.
  func say(_ text: String) {
    state.withLock { state in
      let erased = state.width > 0 ? "\r" + String(repeating: " ", count: state.width) + "\r" : ""
      state.width = 0
      write("\(erased)\(text)\n")
    }
  }

  /// Seconds since the display was made.
  var seconds: Double { Date().timeIntervalSince(started) }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
