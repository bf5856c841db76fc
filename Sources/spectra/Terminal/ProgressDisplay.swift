import Foundation
import Synchronization

/// Shows how far long work is and how long it will take: one line that is drawn anew on a terminal,
/// a plain line now and then elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var lastDrawn = Date.distantPast
    var lastTold: Date
    var width = 0
    /// When work was first told of, and how much was done by then, in an earlier run say.
    var start: (date: Date, fraction: Double)?
  }

  private static let barWidth = 24
  /// Before that, the time left is a guess.
  private static let secondsToEstimate = 2.0

  private let title: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let started: Date
  private let state: Mutex<State>

  init(_ title: String) {
    let now = Date()
    self.title = title
    started = now
    state = Mutex(State(lastTold: now))
  }

  /// Draws the bar; call as often as you like, the first time before any work is done.
  ///
  /// Where standard error is no terminal, a line is written after ten seconds, and again when ten
  /// more, or a twentieth of the time until then, have passed.
  ///
  /// - Parameters:
  ///   - fraction: how much is done, 0 to 1.
  ///   - detail: a few words beside the bar.
  func draw(_ fraction: Double, _ detail: String) {
    state.withLock { state in
      let now = Date()
      let fraction = min(max(fraction, 0), 1)
      let start = state.start ?? (now, fraction)
      state.start = start
      let left = Self.timeLeft(fraction, since: start, now)
      let rest = ([left, detail] as [String?]).compactMap { $0 }.joined(separator: ", ")
      if isTerminal {
        guard now.timeIntervalSince(state.lastDrawn) > 0.1 else { return }
        state.lastDrawn = now
        drawBar(fraction, rest, &state)
      } else {
        let pause = max(10, now.timeIntervalSince(started) / 20)
        guard now.timeIntervalSince(state.lastTold) >= pause else { return }
        state.lastTold = now
        write("\(title): \(Int(fraction * 100)) %, \(rest)\n")
      }
    }
  }

  private func drawBar(_ fraction: Double, _ rest: String, _ state: inout State) {
    let filled = Int((fraction * Double(Self.barWidth)).rounded())
    let bar =
      String(repeating: "=", count: filled)
      + String(repeating: " ", count: Self.barWidth - filled)
    // A line that the terminal would break could not be drawn over.
    let line = "\(title) [\(bar)] \(Int(fraction * 100)) %  \(rest)".prefix(Self.columns - 1)
    let padding = String(repeating: " ", count: max(0, state.width - line.count))
    state.width = line.count
    write("\r\(line)\(padding)")
  }

  /// Says something that stays, above the bar on a terminal.
  func say(_ text: String) {
    state.withLock { state in
      let erased = state.width > 0 ? "\r" + String(repeating: " ", count: state.width) + "\r" : ""
      state.width = 0
      state.lastDrawn = .distantPast
      write("\(erased)\(text)\n")
    }
  }

  /// Seconds since the display was made.
  var seconds: Double { Date().timeIntervalSince(started) }

  /// At the speed since the start; nil where that says nothing yet.
  private static func timeLeft(
    _ fraction: Double, since start: (date: Date, fraction: Double), _ now: Date
  ) -> String? {
    let elapsed = now.timeIntervalSince(start.date)
    let done = fraction - start.fraction
    guard elapsed >= secondsToEstimate, done > 0, fraction < 1 else { return nil }
    return duration(elapsed / done * (1 - fraction)) + " left"
  }

  /// Columns of the terminal, 80 where it does not say.
  private static var columns: Int {
    var size = winsize()
    let status = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return status == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
