import CAPI
import CSpectraInfer
import SpectraInfer
import SpectraTestSupport
import Testing

@Suite("Nearest references")
struct NeighborTests {
  private static let features = 85

  /// Asks the C function for `capacity` neighbours of a spectrum.
  private static func ask(
    _ model: OpaquePointer?, _ spectrum: [Float], capacity: Int
  ) -> (status: spectra_status, found: [spectra_neighbor]) {
    var found = [spectra_neighbor](
      repeating: spectra_neighbor(reference: 77, reserved: 77, distance: -1), count: capacity + 1)
    var count = 99
    let status = unsafe spectra_find_neighbors(
      model, spectrum, spectrum.count, &found, capacity, &count, nil, 0)
    if status == SPECTRA_OK {
      #expect(found.dropFirst(count).allSatisfy { $0.reference == 77 && $0.distance == -1 })
      #expect(found.prefix(count).allSatisfy { $0.reserved == 0 })
      return (status, Array(found.prefix(count)))
    }
    #expect(count == 99 && found.allSatisfy { $0.reference == 77 })
    return (status, [])
  }

  private static func withModel(
    references: Int, _ body: (OpaquePointer?, borrowing Model) throws -> Void
  ) throws {
    let bytes = try SmallModel.bytes(features: features, references: references)
    var model: OpaquePointer?
    let status = unsafe spectra_model_load_memory(bytes, bytes.count, &model, nil, 0)
    #expect(status == SPECTRA_OK)
    defer { unsafe spectra_model_free(model) }
    try body(model, Model(json: bytes.span))
  }

  @Test("They are those of all distances sorted", arguments: [1, 2, 3, 7, 40, 41], [1, 40])
  func sorted(capacity: Int, references: Int) throws {
    try Self.withModel(references: references) { model, core in
      for seed in 0..<8 {
        let spectrum = (0..<Self.features).map { Float(1 + (($0 + seed) * 7 % 11 - 5)) / 8 }
        let all = core.referenceFeatures
        let distances = (0..<references).map { reference in
          let squares = (0..<Self.features).reduce(0.0) { sum, feature in
            let difference = Double(spectrum[feature] - all[reference * Self.features + feature])
            return sum + difference * difference
          }
          return (squares / Double(Self.features)).squareRoot()
        }
        let expected = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        let (status, found) = Self.ask(model, spectrum, capacity: capacity)
        #expect(status == SPECTRA_OK && found.count == min(capacity, references))
        #expect(found.map { Int($0.reference) } == Array(expected.prefix(found.count)))
        for one in found {
          #expect(abs(one.distance - distances[Int(one.reference)]) < 1e-6)
        }
      }
    }
  }

  @Test("The first three are those of a prediction, bit for bit")
  func asPredicted() throws {
    try Self.withModel(references: 40) { model, core in
      let spectrum = (0..<Self.features).map { Float(1) + Float($0 % 4 - 2) / 9 }
      var workspace = try core.makeWorkspace(channelCount: 0)
      let prediction = try core.predict(features: spectrum.span, using: &workspace)
      for (rank, one) in Self.ask(model, spectrum, capacity: 3).found.enumerated() {
        #expect(Int(one.reference) == prediction.neighbors[rank].reference)
        #expect(one.distance == prediction.neighbors[rank].distance)
      }
    }
  }

  @Test("What is wrong has a status")
  func refused() throws {
    try Self.withModel(references: 5) { model, _ in
      let good = [Float](repeating: 1, count: Self.features)
      #expect(Self.ask(nil, good, capacity: 3).status == SPECTRA_ERROR_NULL_ARGUMENT)
      #expect(unsafe Self.ask(model, good, capacity: 0).status == SPECTRA_ERROR_COUNT)
      #expect(
        unsafe Self.ask(model, Array(good.dropLast()), capacity: 3).status == SPECTRA_ERROR_COUNT)
      for wrong in [Float.nan, .infinity, -2e6] {
        var bad = good
        bad[Self.features - 1] = wrong
        #expect(unsafe Self.ask(model, bad, capacity: 3).status == SPECTRA_ERROR_NOT_FINITE)
      }
      var count = 0
      var place = spectra_neighbor()
      #expect(
        unsafe spectra_find_neighbors(model, nil, Self.features, &place, 1, &count, nil, 0)
          == SPECTRA_ERROR_NULL_ARGUMENT)
      #expect(
        unsafe spectra_find_neighbors(model, good, Self.features, nil, 1, &count, nil, 0)
          == SPECTRA_ERROR_NULL_ARGUMENT)
      #expect(
        unsafe spectra_find_neighbors(model, good, Self.features, &place, 1, nil, nil, 0)
          == SPECTRA_ERROR_NULL_ARGUMENT)
      #expect(
        unsafe spectra_find_neighbors(model, good, Self.features, &place, .min, &count, nil, 0)
          == SPECTRA_ERROR_COUNT)
    }
  }
}
