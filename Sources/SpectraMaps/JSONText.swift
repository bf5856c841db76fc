package import Foundation

/// A JSON document whose members keep their order, with a list of numbers in one line.
///
/// Numbers are written in the shortest form that reads back as the same number. NaN and infinities,
/// which JSON does not have, are written as `null`.
package enum JSONText: Sendable {
  case null
  case truth(Bool)
  case whole(Int)
  case number(Double)
  case text(String)
  /// Double precision, in one line.
  case numbers([Double])
  /// Single precision, in one line.
  case intensities([Float])
  case list([JSONText])
  case members([(name: String, value: JSONText)])

  /// A text, or `null` for none.
  package static func optional(_ text: String?) -> JSONText { text.map { .text($0) } ?? .null }

  /// A number, or `null` for none.
  package static func optional(_ number: Double?) -> JSONText {
    number.map { .number($0) } ?? .null
  }

  /// The document, with a line feed at its end.
  package var document: Data { Data((string(0) + "\n").utf8) }

  private func string(_ depth: Int) -> String {
    switch self {
    case .null: "null"
    case .truth(let truth): truth ? "true" : "false"
    case .whole(let number): "\(number)"
    case .number(let number): number.isFinite ? "\(number)" : "null"
    case .text(let text): Self.quoted(text)
    case .numbers(let numbers):
      "[" + numbers.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ", ") + "]"
    case .intensities(let numbers):
      "[" + numbers.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ", ") + "]"
    case .list(let values):
      Self.block("[", values.map { $0.string(depth + 1) }, "]", depth)
    case .members(let members):
      Self.block(
        "{", members.map { Self.quoted($0.name) + ": " + $0.value.string(depth + 1) }, "}", depth)
    }
  }

  private static func block(
    _ open: String, _ parts: [String], _ close: String, _ depth: Int
  ) -> String {
    if parts.isEmpty { return open + close }
    let indentation = "\n" + String(repeating: "  ", count: depth + 1)
    return open + indentation + parts.joined(separator: "," + indentation)
      + "\n" + String(repeating: "  ", count: depth) + close
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case "\u{0}"..<"\u{20}", "\u{7F}": quoted += String(format: "\\u%04x", scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
