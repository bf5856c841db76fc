import SpectraTrain
import Testing

@Suite("Scaling")
struct ScalingTests {
  struct Expected: Decodable {
    var floor: Double
    var rows: [[Double?]]
    var mean: [Double]
    var scale: [Double]
    var scaled: [Double]
  }

  @Test("As NumPy has it: ddof 0, floor in square, missing values left out")
  func fixture() throws {
    let expected = try Fixture.load("dataset/scaling.json", as: Expected.self)
    let rows = expected.rows.map { $0.map { $0 ?? .nan } }
    let scaling = Scaling(fittingColumnsOf: rows, floor: expected.floor)
    #expect(scaling.mean.count == 5)
    for (actual, mean) in zip(scaling.mean, expected.mean) {
      #expect(abs(actual - mean) <= 1e-12 * max(1, abs(mean)))
    }
    for (actual, scale) in zip(scaling.scale, expected.scale) {
      #expect(abs(actual / scale - 1) < 1e-12)
    }
    let first = Matrix(rows: 1, columns: 5, values: rows[0].map { Float($0) })
    #expect(largestError(scaling.apply(to: first).values, expected.scaled) < 1e-5)
  }

  @Test("By hand: 1, 3 and a missing value with a floor of 1")
  func byHand() {
    let scaling = Scaling(fittingColumnsOf: [[1], [.nan], [3]], floor: 1)
    #expect(scaling == Scaling(mean: [2], scale: [(2.0 as Double).squareRoot()]))
  }

  @Test("A column without a value or without spread has the floor as scale")
  func degenerate() {
    let scaling = Scaling(fittingColumnsOf: [[.nan, 5], [.nan, 5]], floor: 0.25)
    #expect(scaling == Scaling(mean: [0, 5], scale: [0.25, 0.25]))
    let rows = Matrix(rows: 2, columns: 2, values: [1, 5, -1, 6])
    #expect(scaling.apply(to: rows).values == [4, 0, -4, 4])
  }
}
