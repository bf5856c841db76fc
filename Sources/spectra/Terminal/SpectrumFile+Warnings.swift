import Foundation
import SpectraIO

extension SpectrumFile {
  /// Says on standard error what was not as it should be in the file.
  ///
  /// Whoever opens a file calls this at once, where nothing else shows the warnings: what comes next
  /// may fail for the very reason that they give.
  func tellWarnings() {
    for warning in warnings {
      FileHandle.standardError.write(Data("Warning: \(path): \(warning)\n".utf8))
    }
  }
}
