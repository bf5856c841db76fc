import Foundation
import SpectraIO

/// Standard output for results that must arrive whole: a full disk or a closed pipe is an error.
enum StandardOutput {
  static func write(_ data: Data) throws(DataError) {
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      throw DataError("standard output cannot be written; make room, or write to another file")
    }
  }

  static func write(_ text: String) throws(DataError) { try write(Data(text.utf8)) }
}
