import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain

/// A model with its card, read from a file.
struct ModelFile: ~Copyable {
  let model: Model
  let card: ModelCard

  init(_ path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError("\(path): cannot be read; check the path")
    }
    try self.init([UInt8](data), name: path)
  }

  init(_ bytes: [UInt8], name: String) throws {
    let model = try Self.model(bytes, name)
    let json = Data(model.cardJSON.utf8)
    let card: ModelCard
    do {
      card = try JSONDecoder().decode(ModelCard.self, from: json)
    } catch {
      throw DataError("\(name): the model card cannot be read: \(error)")
    }
    self.init(model: model, card: card)
  }

  private init(model: consuming Model, card: ModelCard) {
    self.model = model
    self.card = card
  }

  private static func model(_ bytes: [UInt8], _ name: String) throws -> Model {
    do throws(SpectraError) {
      return try Model(json: bytes.span)
    } catch {
      throw DataError("\(name): \(error)")
    }
  }
}
