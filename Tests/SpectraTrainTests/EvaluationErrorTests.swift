import SpectraTrain
import Testing

@Suite("Error measures")
struct EvaluationErrorTests {
  /// Errors as scikit-learn and NumPy measure them.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var expected: [Double?]
    var predicted: [Double]
    var count: Int
    var mean_absolute_error: Double
    var root_mean_square_error: Double
    var r2: Double
    var percentile_95: Double

    var testDescription: String { name }
    var truth: [Double] { expected.map { $0 ?? .nan } }
  }

  static let cases = Result { try Fixture.load("evaluation/errors.json", as: [Case].self) }

  /// The measures but for the count.
  static func values(_ measures: ErrorMeasures) -> [Double] {
    [measures.meanAbsolute, measures.rootMeanSquare, measures.r2, measures.percentile95]
  }

  func expectEqual(_ actual: [Double], _ expected: [Double]) {
    for (one, other) in zip(actual, expected) {
      #expect(abs(one - other) <= 1e-11 * max(1, abs(other)), "\(one), not \(other)")
    }
  }

  @Test("Errors are those of scikit-learn and NumPy")
  func reference() throws {
    for example in try Self.cases.get() {
      let measures = ErrorMeasures(expected: example.truth, predicted: example.predicted)
      #expect(measures.count == example.count)
      let expected = [
        example.mean_absolute_error, example.root_mean_square_error, example.r2,
        example.percentile_95,
      ]
      expectEqual(Self.values(measures), expected)
    }
  }

  @Test("The order of the spectra does not matter")
  func order() throws {
    var generator = SeededGenerator(seed: 7)
    for example in try Self.cases.get() {
      var order = Array(example.predicted.indices)
      generator.shuffle(&order)
      let measures = ErrorMeasures(expected: example.truth, predicted: example.predicted)
      let shuffled = ErrorMeasures(
        expected: order.map { example.truth[$0] }, predicted: order.map { example.predicted[$0] })
      expectEqual(Self.values(shuffled), Self.values(measures))
    }
  }

  @Test("In another unit the errors are larger, and R2 is the same")
  func unit() {
    let (truth, predicted) = ([1.0, 2, 4, 8], [1.5, 1, 4, 9])
    let measures = ErrorMeasures(expected: truth, predicted: predicted)
    let scaled = ErrorMeasures(
      expected: truth.map { 5 - 4 * $0 }, predicted: predicted.map { 5 - 4 * $0 })
    let factors = [4.0, 4, 1, 4]
    expectEqual(Self.values(scaled), zip(factors, Self.values(measures)).map { $0 * $1 })
  }

  @Test("What has no value is not a number")
  func undefined() {
    let none = ErrorMeasures(expected: [], predicted: [])
    #expect(none.count == 0)
    #expect(Self.values(none).allSatisfy { $0.isNaN })
    let missing = ErrorMeasures(expected: [.nan, .nan], predicted: [1, 2])
    #expect(missing.count == 0 && Self.values(missing).allSatisfy { $0.isNaN })
    let unknown = ErrorMeasures(expected: [1, 2], predicted: [.nan, .nan])
    #expect(unknown.count == 2 && Self.values(unknown).allSatisfy { $0.isNaN })
    // All true values are the same, as those of a single one are.
    for truth in [[3.0], [3, 3, 3]] {
      let same = ErrorMeasures(expected: truth, predicted: truth.map { $0 + 1 })
      #expect(same.r2.isNaN)
      expectEqual([same.meanAbsolute, same.rootMeanSquare, same.percentile95], [1, 1, 1])
    }
  }
}
