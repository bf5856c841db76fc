import CKernels
import Testing

@Suite("Kernel of estimates")
struct EstimateKernelTests {
  private static let lanes = Int(SPECTRA_SCALARS)
  private static let properties = Int(SPECTRA_SCALARS_USED)
  private static let numbers = Int(SPECTRA_ESTIMATE_NUMBERS)

  /// Rows of eight: mean, scale, base, spread, novelty.
  private let rule: [Double]
  /// At distances 1 and 3: eight at 68 %, eight at 95 %, the distance, and one that is unused.
  private let known: [Double]

  init() {
    var rule: [Double] = []
    for row in 0..<5 {
      for lane in 0..<Self.lanes {
        rule.append(lane < Self.properties ? 0.25 * Double(row + 1) + Double(lane) : 0)
      }
    }
    self.rule = rule
    var known: [Double] = []
    for distance in [1.0, 3.0] {
      for factor in [1.0, 2.0] {
        for lane in 0..<Self.lanes { known.append(factor * Double(lane) + distance) }
      }
      known += [distance, 0]
    }
    self.known = known
  }

  /// - Parameter outputs: [networks][16].
  private func estimates(
    _ outputs: [Float], distance: Double = 2, variance: Double = 0, kernel: spectra_kernel
  ) -> [Double]? {
    let variances = (0..<Self.lanes).map { $0 < Self.properties ? variance * Double($0) : 0 }
    var found = [Double](repeating: -7, count: Self.properties * Self.numbers)
    let isThere = unsafe rule.withUnsafeBytes { rule in
      unsafe known.withUnsafeBytes { known in
        unsafe outputs.withUnsafeBufferPointer { outputs in
          unsafe variances.withUnsafeBufferPointer { variances in
            var evidence = unsafe spectra_evidence(
              outputs: outputs.baseAddress, networks: outputs.count / 16, stride: 16,
              distance: distance, variances: variances.baseAddress)
            return unsafe spectra_estimate(
              kernel, rule.assumingMemoryBound(to: spectra_estimate_rule.self).baseAddress, 2,
              known.assumingMemoryBound(to: spectra_error_quantiles.self).baseAddress, &evidence,
              &found)
          }
        }
      }
    }
    if !isThere { #expect(found == [Double](repeating: -7, count: found.count)) }
    return isThere ? found : nil
  }

  @Test(
    "Values, errors and intervals follow the formulas of the header",
    arguments: KernelTests.available, [1, 2, 5])
  func formulas(kernel: spectra_kernel, networks: Int) throws {
    // Behind the properties stands what is no number and must not be read as one.
    let outputs = (0..<networks * 16).map { $0 % 16 < 6 ? Float($0 % 7) - 3 : Float.nan }
    for (distance, variance) in [(0.5, 0.0), (1.5, 0.0), (4.0, 0.125), (2.5, 2.0)] {
      let found = try #require(
        estimates(outputs, distance: distance, variance: variance, kernel: kernel))
      for property in 0..<Self.properties {
        let own = (0..<networks).map { Double(outputs[$0 * 16 + property]) }
        let mean = own.reduce(0, +) / Double(networks)
        let squares = own.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        let spread = networks > 1 ? squares / Double(networks - 1) : 0
        let of: (Int) -> Double = { row in rule[row * Self.lanes + property] }
        let model: Double = of(2) + of(3) * spread + of(4) * distance * distance
        let noise = variance * Double(property)
        let near = min(max(distance, 1), 3)
        let (at68, at95) = (Double(property) + near, 2 * Double(property) + near)
        let value: Double = of(0) + of(1) * mean
        let error: Double = (model + noise).squareRoot()
        let half68: Double = (at68 * at68 * model + noise).squareRoot()
        let half95: Double = (at95 * at95 * model + 1.96 * 1.96 * noise).squareRoot()
        let expected: [Double] = [value, error, half68, half95, noise.squareRoot()]
        for (index, number) in expected.enumerated() {
          let difference = abs(found[property * Self.numbers + index] - number)
          #expect(difference <= 1e-14 * (1 + abs(number)), "property \(property), number \(index)")
        }
      }
    }
  }

  @Test(
    "Every kernel has the same bits", arguments: KernelTests.available, [1, 3])
  func bits(kernel: spectra_kernel, networks: Int) throws {
    let outputs = (0..<networks * 16).map { 0.1 * Float($0 * $0 % 101) }
    for (distance, variance) in [(0.3, 0.0), (1.7, 0.3), (5.0, 0.0)] {
      let plain = try #require(
        estimates(
          outputs, distance: distance, variance: variance, kernel: SPECTRA_KERNEL_BASELINE))
      let found = try #require(
        estimates(outputs, distance: distance, variance: variance, kernel: kernel))
      #expect(found.map(\.bitPattern) == plain.map(\.bitPattern))
    }
  }

  @Test(
    "What overflowed is refused, and nothing is written", arguments: KernelTests.available,
    [.nan, .infinity, -.infinity] as [Float])
  func refused(kernel: spectra_kernel, wrong: Float) {
    for networks in [1, 3] {
      for property in 0..<Self.properties {
        var outputs = [Float](repeating: 1, count: networks * 16)
        outputs[(networks - 1) * 16 + property] = wrong
        #expect(estimates(outputs, kernel: kernel) == nil)
      }
    }
  }
}
