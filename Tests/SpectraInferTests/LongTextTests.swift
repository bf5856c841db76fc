import Foundation
import SpectraInfer
import SpectraTestSupport
import SpectraTrain
import Testing

/// Texts of 1024 bytes and more do not pass through json-c.
@Suite("Long texts in model files")
struct LongTextTests {
  private static func code(_ object: [String: Any]) throws -> SpectraError.Code? {
    let bytes = try SmallModel.sealed(object)
    do throws(SpectraError) {
      _ = try Model(json: bytes.span)
      return nil
    } catch {
      return error.code
    }
  }

  // 192 numbers are 1024 bytes of base64.
  @Test("Payloads of any length are read as they stand", arguments: [191, 192, 193, 1000, 4096])
  func payloads(features: Int) throws {
    let bytes = try SmallModel.bytes(features: features, hidden: [5], members: 2, references: 3)
    // The weights are checked by the prediction that the model holds.
    let model = try Model(json: bytes.span)
    let found = copy(model.referenceFeatures)
    for row in 0..<3 {
      for feature in 0..<features {
        let step = Float(row + 1) / 8
        #expect(found[row * features + feature] == 1 + Float(feature % 3 - 1) * step)
      }
    }
  }

  @Test("Beside more long texts than are told apart, too")
  func manyTexts() throws {
    var object = SmallModel.object(features: 200, references: 2)
    // Sorted by name, the card comes before all payloads but those of the calibration.
    object["card"] = ["texts": (0..<300).map { String(repeating: "\($0 % 10)", count: 1024 + $0) }]
    let bytes = try SmallModel.sealed(object)
    let model = try Model(json: bytes.span)
    #expect(copy(model.referenceFeatures)[200] == 0.75)
    #expect(model.cardJSON.hasSuffix(String(repeating: "9", count: 1024 + 299) + "\"]}"))
  }

  @Test(
    "A text with escapes or beyond ASCII may be long",
    arguments: ["\"", "\\", "\u{e9}", "\u{1F600}", "\n", "\u{7f}"])
  func characters(character: String) throws {
    var object = SmallModel.object(features: 200)
    for (before, after) in [(0, 2000), (2000, 0), (1500, 1500)] {
      let start = String(repeating: "a", count: before)
      let end = String(repeating: "b", count: after)
      object["card"] = ["name": start + character + end]
      #expect(try Self.code(object) == nil)
    }
  }

  @Test(
    "A long text is refused where a short one is",
    arguments: [
      ("preprocessing.alignment", SpectraError.Code.modelContent),
      ("preprocessing.grid.count", .modelContent), ("properties.0.name", .modelContent),
      ("references.ids.0", .modelContent), ("references.features.base64", .modelContent),
      ("references.features.shape", .modelContent), ("references.features.sha256", .modelChecksum),
      ("members.0.layers.0.activation", .modelContent), ("golden.values.0", .modelContent),
      ("format", .modelFormat), ("format_version", .modelFormat), ("card", .modelContent),
    ])
  func wrongPlace(path: String, code: SpectraError.Code) throws {
    let long = String(repeating: "edge", count: 600)
    let object = Self.change(
      SmallModel.object(features: 200), path.split(separator: ".").map { String($0) }[...], long)
    #expect(try Self.code(try #require(object as? [String: Any])) == code)
  }

  @Test("A foreign character in a long payload is found", arguments: [0, 1, 511, 1023, 1066, 1067])
  func foreignCharacter(place: Int) throws {
    var object = SmallModel.object(features: 200)
    var golden = try #require(object["golden"] as? [String: Any])
    var features = try #require(golden["features"] as? [String: Any])
    var text = Array(try #require(features["base64"] as? String))
    #expect(text.count == 1068)
    text[place] = "!"
    features["base64"] = String(text)
    golden["features"] = features
    object["golden"] = golden
    #expect(try Self.code(object) == .modelContent)
  }

  @Test("What stands for a long text cannot stand in a file")
  func standIn() throws {
    var object = SmallModel.object(features: 200)
    object["card"] = ["name": "\u{0}0000001" + "0000010"]
    #expect(try Self.code(object) == .modelSyntax)
  }

  private static func change(_ node: Any, _ path: ArraySlice<String>, _ value: Any) -> Any {
    guard let key = path.first else { return value }
    if var object = node as? [String: Any], let inner = object[key] {
      object[key] = change(inner, path.dropFirst(), value)
      return object
    }
    if var array = node as? [Any], let index = Int(key), array.indices.contains(index) {
      array[index] = change(array[index], path.dropFirst(), value)
      return array
    }
    return node
  }
}
