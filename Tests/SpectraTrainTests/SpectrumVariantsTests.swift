import SpectraTrain
import Testing

@Suite("Variants of spectra")
struct SpectrumVariantsTests {
  static let gridStep = 0.1

  static func variants(_ change: (inout DomainTraining) -> Void = { _ in }) -> SpectrumVariants {
    var training = DomainTraining()
    change(&training)
    return SpectrumVariants(training, gridStep: gridStep)
  }

  /// Two peaks, each with a mean of 1.
  static let spectra: Matrix = {
    let rows = [40.0, 90].map { center in
      (0..<160).map { point in
        let distance = (Double(point) - center) / 15
        return Float(1 / (1 + distance * distance))
      }
    }
    return Matrix(
      rows: 2, columns: 160,
      values: rows.flatMap { row in
        let mean = row.reduce(0, +) / 160
        return row.map { $0 / mean }
      })
  }()

  @Test("Each has a mean of 1, and no value out of the range of its spectra by more than that does")
  func normalisation() {
    var generator = SeededGenerator(seed: 3)
    let drawn = Self.variants().draw(200, of: Self.spectra, generator: &generator)
    #expect(drawn.rows == 200 && drawn.columns == 160)
    for row in 0..<drawn.rows {
      let values = drawn.row(row)
      #expect(abs(values.reduce(0) { $0 + Double($1) } / 160 - 1) < 1e-5)
      #expect(values.allSatisfy { $0 > 0 && $0.isFinite })
    }
  }

  @Test("The same seed draws the same, another seed others")
  func seeds() {
    func draw(_ seed: UInt64) -> Matrix {
      var generator = SeededGenerator(seed: seed)
      return Self.variants().draw(20, of: Self.spectra, generator: &generator)
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }

  @Test("Without mixtures and moves each is one of the spectra")
  func unchanged() {
    var generator = SeededGenerator(seed: 1)
    let drawn = Self.variants { ($0.mixtureShare, $0.warpShare) = (0, 0) }
      .draw(30, of: Self.spectra, generator: &generator)
    let rows = (0..<30).map { Array(drawn.row($0)) }
    #expect(
      rows.allSatisfy { $0 == Array(Self.spectra.row(0)) || $0 == Array(Self.spectra.row(1)) })
    #expect(Set(rows).count == 2)
  }

  @Test("A mixture lies between its spectra, nearer to the first")
  func mixtures() {
    var generator = SeededGenerator(seed: 1)
    let drawn = Self.variants { ($0.mixtureShare, $0.warpShare) = (1, 0) }
      .draw(100, of: Self.spectra, generator: &generator)
    let (one, other) = (Array(Self.spectra.row(0)), Array(Self.spectra.row(1)))
    for row in 0..<100 {
      // The share of the second, from the point where they differ most.
      let share = (drawn[row, 40] - one[40]) / (other[40] - one[40])
      #expect(share >= -1e-5 && share <= 1 + 1e-5)
      for point in 0..<160 {
        #expect(abs(drawn[row, point] - (one[point] + share * (other[point] - one[point]))) < 1e-4)
      }
    }
  }

  @Test("A shift moves the peak by as many electron volts", arguments: [-1.0, -0.3, 0.4, 2.0])
  func shift(shift: Double) {
    let moved = Self.variants().warped(Array(Self.spectra.row(0)), shift: shift, stretch: 1)
    let peak = moved.indices.max { moved[$0] < moved[$1] }
    #expect(peak == 40 - Int((shift / Self.gridStep).rounded()))
  }

  @Test("A stretch leaves the energy 1 eV above the first", arguments: [0.9, 1.0, 1.1])
  func stretch(stretch: Double) {
    let moved = Self.variants().warped(Array(Self.spectra.row(1)), shift: 0, stretch: stretch)
    let peak = moved.indices.max { moved[$0] < moved[$1] } ?? 0
    // 90 is 80 points above the fixed one.
    #expect(abs(Double(peak) - (10 + 80 / stretch)) <= 1)
  }

  @Test("A spectrum that is moved off the grid stays as it was")
  func lost() {
    let dark = [Float](repeating: 0, count: 100) + [Float](repeating: 8 / 3, count: 60)
    #expect(Self.variants().warped(dark, shift: -20, stretch: 1) == dark)
  }
}
