import CKernels
import SpectraTrain
import Testing

/// The expected values are the definitions of CKernelsTraining.h, element by element in Swift, which
/// rounds each operation once.
@Suite("Training kernels")
struct TrainingKernelTests {
  static let available = [
    SPECTRA_KERNEL_BASELINE, SPECTRA_KERNEL_AVX2, SPECTRA_KERNEL_AVX512, SPECTRA_KERNEL_VNNI,
  ].filter { spectra_kernel_available($0) }

  static let counts = Array(0...40) + [1001]

  @Test("A step of Adam has the bits of its definition", arguments: available)
  func adam(kernel: spectra_kernel) {
    let step = spectra_adam_step(
      beta1: 0.9, new_weight1: 0.1, beta2: 0.999, new_weight2: 0.001, correction1: 1.3,
      correction2: 70, learning_rate: 0.01, epsilon: 1e-8, l2: 0.03, kept: 0.97)
    for count in Self.counts {
      var state = State(count: count, seed: UInt64(count))
      let expected = state.after(step)
      unsafe withUnsafePointer(to: step) {
        unsafe spectra_kernel_adam(
          kernel, $0, count, &state.parameters, state.gradient, &state.first, &state.second)
      }
      #expect(state.bits == expected.bits, "\(count) parameters")
    }
  }

  @Test("A first moment too small to be normal becomes zero, a NaN stays", arguments: available)
  func smallMoment(kernel: spectra_kernel) {
    let step = spectra_adam_step(
      beta1: 0.5, new_weight1: 0.5, beta2: 0.5, new_weight2: 0.5, correction1: 1, correction2: 1,
      learning_rate: 1, epsilon: 1, l2: 0, kept: 1)
    let smallest = Float.leastNormalMagnitude
    let pattern: [Float] = [2 * smallest, smallest, -2 * smallest, -smallest, .nan, 0]
    let expected: [Float] = [smallest, 0, -smallest, 0, .nan, 0]
    var first = (0..<60).map { pattern[$0 % 6] }
    var second = Array(repeating: Float(0), count: 60)
    var parameters = second
    unsafe withUnsafePointer(to: step) {
      unsafe spectra_kernel_adam(
        kernel, $0, 60, &parameters, Array(repeating: 0, count: 60), &first, &second)
    }
    for index in 0..<60 {
      let value = expected[index % 6]
      #expect(value.isNaN ? first[index].isNaN : first[index] == value, "element \(index)")
    }
  }

  @Test("Units are dropped by their 16 bits", arguments: available)
  func drop(kernel: spectra_kernel) {
    var generator = SeededGenerator(seed: 5)
    for (rows, columns) in [(1, 1), (3, 4), (7, 13), (2, 64), (5, 33), (0, 5), (5, 0)] {
      let stride = (columns + 3) / 4
      let random = (0..<rows * stride).map { _ in generator.next() }
      let units = normalMatrix(rows: rows, columns: columns, seed: 6)
      // Thresholds at, next to and far from a number that occurs, and those that drop all or none.
      let occurring = random.first.map { UInt32($0 & 0xffff) } ?? 0
      for threshold in [0, occurring, occurring + 1, 20000, 65535, 65536] {
        var dropped = units.values
        unsafe spectra_kernel_drop(kernel, rows, columns, random, threshold, 1.25, &dropped)
        for row in 0..<rows {
          for column in 0..<columns {
            let number = random[row * stride + column / 4] >> UInt64(16 * (column % 4)) & 0xffff
            let expected = number < threshold ? 0 : units[row, column] * 1.25
            #expect(dropped[row * columns + column] == expected, "\(row), \(column), \(threshold)")
          }
        }
      }
    }
  }

  @Test("Derivatives pass where the output is above zero", arguments: available)
  func rectifierGradient(kernel: spectra_kernel) {
    let outputs: [Float] = [1, 0, -1, .nan, -0.0, .leastNonzeroMagnitude, .infinity]
    let passes = [true, false, false, false, false, true, true]
    for count in Self.counts {
      var derivatives = normalMatrix(rows: 1, columns: count, seed: 7).values
      let before = derivatives
      unsafe spectra_kernel_rectifier_gradient(
        kernel, count, (0..<count).map { outputs[$0 % 7] }, 1.5, &derivatives)
      let expected = (0..<count).map { passes[$0 % 7] ? before[$0] * 1.5 : 0 }
      #expect(derivatives == expected, "\(count) units")
    }
  }
}

/// Random parameters and moments, and a gradient that is sometimes zero.
private struct State {
  var parameters: [Float]
  let gradient: [Float]
  var first: [Float]
  var second: [Float]

  init(count: Int, seed: UInt64) {
    func numbers(_ index: UInt64) -> [Float] {
      normalMatrix(rows: 1, columns: count, seed: 10 * seed + index).values
    }
    parameters = numbers(0)
    gradient = numbers(1).map { abs($0) < 0.3 ? 0 : $0 }
    first = numbers(2)
    second = numbers(3).map { $0 * $0 }
  }

  var bits: [UInt32] { (parameters + first + second).map(\.bitPattern) }

  /// What a step makes of it by definition.
  func after(_ step: spectra_adam_step) -> State {
    var result = self
    for index in parameters.indices {
      let slope = gradient[index] + step.l2 * parameters[index]
      let first = step.beta1 * first[index] + step.new_weight1 * slope
      let second = step.beta2 * second[index] + step.new_weight2 * (slope * slope)
      let root = (second * step.correction2).squareRoot()
      result.first[index] = first
      result.second[index] = second
      result.parameters[index] =
        step.kept * parameters[index]
        - step.learning_rate * (first * step.correction1) / (root + step.epsilon)
    }
    return result
  }
}
