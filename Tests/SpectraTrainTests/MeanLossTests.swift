import SpectraTrain
import Testing

@Suite("Mean loss")
struct MeanLossTests {
  let predicted = Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6])
  let expected = Matrix(rows: 2, columns: 3, values: [0, .nan, 5, 4, 5.5, .nan])

  @Test("A missing target adds nothing and is not counted")
  func missingTargets() {
    let error = MeanLoss(predicted: predicted, expected: expected)
    #expect(error.count == 4)
    #expect(error.value == (1 + 2 + 0 + 0.5) / 4)
  }

  @Test("The gradient is the sign over the number of known targets, zero for a missing one")
  func gradient() {
    #expect(MeanLoss.knownCount(expected.values) == 4)
    #expect(gradient(of: expected) == [0.25, 0, -0.25, 0, -0.25, 0])
  }

  private func gradient(of expected: Matrix) -> [Float] {
    var gradient = Array(repeating: Float.nan, count: 6)
    MeanLoss.writeGradient(
      predicted: predicted.values, expected: expected.values,
      knownCount: MeanLoss.knownCount(expected.values), into: &gradient)
    return gradient
  }

  @Test("Errors add up to that of all rows")
  func sum() {
    var total = MeanLoss()
    for row in 0..<2 {
      total += MeanLoss(
        predicted: predicted.selecting(rows: [row]), expected: expected.selecting(rows: [row]))
    }
    #expect(total == MeanLoss(predicted: predicted, expected: expected))
  }

  @Test("With no known target there is no error and no gradient")
  func nothingKnown() {
    let unknown = Matrix(rows: 2, columns: 3, repeating: .nan)
    #expect(MeanLoss(predicted: predicted, expected: unknown).value.isNaN)
    #expect(gradient(of: unknown) == [0, 0, 0, 0, 0, 0])
  }

  @Test("A prediction that is NaN shows in the error")
  func divergence() {
    let lost = Matrix(rows: 1, columns: 1, values: [.nan])
    let target = Matrix(rows: 1, columns: 1, values: [1])
    #expect(MeanLoss(predicted: lost, expected: target).value.isNaN)
  }
}
