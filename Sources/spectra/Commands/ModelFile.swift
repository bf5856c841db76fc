import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain

/// A model with its card, read from a file.
struct ModelFile: ~Copyable {
  /// Most bytes that a model file may have.
  static let largest = 128 << 20

  let model: Model
  let card: ModelCard

  init(_ path: String) throws {
    try self.init([UInt8](DataFile.read(path, limit: Self.largest)), name: path)
  }

  init(_ bytes: [UInt8], name: String) throws {
    let model = try Self.model(bytes, name)
    let json = Data(model.cardJSON.utf8)
    let card: ModelCard
    do {
      card = try JSONDecoder().decode(ModelCard.self, from: json)
    } catch {
      throw DataError("\(name): the model card lacks what a card must hold; train the model anew")
    }
    self.init(model: model, card: card)
  }

  /// The model, which leaves the file.
  consuming func takeModel() -> Model { model }

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
