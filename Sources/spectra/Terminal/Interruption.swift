import Dispatch
import Foundation
import Synchronization

/// Lets long work end in order on Ctrl-C or a termination signal: the first one is noted, a second
/// one ends the program at once.
final class Interruption: Sendable {
  /// The exit status of a program that was interrupted, by the custom of shells.
  static let status: Int32 = 130

  private let isNoted = Atomic(false)

  /// From here on signals are noted.
  init() {
    for number in [SIGINT, SIGTERM] {
      // The signal must not end the program before the source sees it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // The source lives as long as its handler, which holds it, until it is cancelled.
      source.setEventHandler {
        self.isNoted.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
        source.cancel()
      }
      source.resume()
    }
  }

  /// Whether there was a signal.
  var isRequested: Bool { isNoted.load(ordering: .relaxed) }
}
