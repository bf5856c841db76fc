package import Foundation
package import SpectraIO

/// All that the pixels of maps depend on, by name, so that maps are gone on with only by the same
/// image, model and options.
package struct MapSettings: Sendable {
  /// A value as it is read back from JSON.
  private enum Value: Decodable, Equatable, CustomStringConvertible {
    case null
    case truth(Bool)
    case number(Double)
    case text(String)
    case list([Value])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let truth = try? container.decode(Bool.self) {
        self = .truth(truth)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try container.decode([Value].self))
      }
    }

    var description: String {
      switch self {
      case .null: "none"
      case .truth(let truth): "\(truth)"
      case .number(let number):
        number.rounded() == number && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
      case .text(let text): text
      case .list(let values): values.map(\.description).joined(separator: ", ")
      }
    }
  }

  private struct Document: Decodable {
    var format: String
    var format_version: Int
    var is_complete: Bool
    var settings: [String: Value]
  }

  /// The format of the document that holds them.
  package static let format = "spectra-infer maps"
  /// Its version.
  package static let formatVersion = 1

  /// Names and values, in the order in which they are written.
  package let members: [(name: String, value: JSONText)]

  package init(_ members: [(name: String, value: JSONText)]) {
    self.members = members
  }

  /// The members that begin the document.
  package func head(isComplete: Bool) -> [(name: String, value: JSONText)] {
    [
      ("format", .text(Self.format)), ("format_version", .whole(Self.formatVersion)),
      ("is_complete", .truth(isComplete)), ("settings", .members(members)),
    ]
  }

  /// Compares with a document that is there.
  ///
  /// - Parameter path: stands for the document in errors.
  /// - Returns: whether its maps are complete.
  /// - Throws: `DataError` that names the first setting that differs.
  package func check(_ document: Data, at path: String) throws(DataError) -> Bool {
    let found: Document
    let own: Document
    do {
      found = try JSONDecoder().decode(Document.self, from: document)
      own = try JSONDecoder().decode(
        Document.self, from: JSONText.members(head(isComplete: false)).document)
    } catch {
      throw DataError("\(path): does not describe maps; name another folder")
    }
    guard found.format == own.format, found.format_version == own.format_version else {
      throw DataError("\(path): does not describe maps of this format; name another folder")
    }
    for (name, _) in members where found.settings[name] != own.settings[name] {
      let (there, here) = (found.settings[name] ?? .null, own.settings[name] ?? .null)
      throw DataError(
        "\(path): these maps were made with \(name.replacing("_", with: " ")) \(there) and not "
          + "\(here); name another folder, or give the image, model and options that they were made "
          + "with")
    }
    return found.is_complete
  }
}
