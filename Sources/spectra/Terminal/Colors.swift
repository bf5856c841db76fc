import Foundation

/// Colours on a terminal, none elsewhere, and none where NO_COLOR is set (no-color.org).
struct Colors {
  private let isOn: Bool

  /// Colours of standard output.
  init() {
    let environment = ProcessInfo.processInfo.environment
    isOn =
      isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] != "dumb"
  }

  /// Text that a reader must not miss: bold yellow, which is legible on light and dark.
  func warning(_ text: String) -> String {
    isOn ? "\u{1B}[1;33m\(text)\u{1B}[0m" : text
  }
}
