import CKernels
import SpectraTrain
import Testing

/// The products of one spectrum alone, there and back.
@Suite("Kernels of one spectrum")
struct SingleKernelTests {
  static let gradients = Int(SPECTRA_GRADIENT_COUNT)
  static let lanes = Int(SPECTRA_GRADIENT_LANES)

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) }
  }

  @Test(
    "Rows of some inputs give the bits of one fused multiply-add after the other",
    arguments: [16, 32, 48, 128, 272], [0, 1, 7, 40])
  func rows(columns: Int, count: Int) {
    let stride = columns + 5
    let b = Self.numbers(50 * stride, seed: 1)
    let a = Self.numbers(count, seed: 2)
    let bias = Self.numbers(columns, seed: 3)
    let rows = (0..<count).map { UInt32(50 * $0 / max(1, count)) }
    for rectify in [false, true] {
      let expected = (0..<columns).map { column in
        let sum = zip(rows, a).reduce(bias[column]) {
          $0.addingProduct($1.1, b[Int($1.0) * stride + column])
        }
        return rectify ? max(0, sum) : sum
      }
      for kernel in KernelTests.available {
        var c = [Float](repeating: .nan, count: columns)
        unsafe spectra_kernel_rows(
          kernel, columns, count, rows, a, b, stride, bias, &c, rectify)
        #expect(c.map(\.bitPattern) == expected.map(\.bitPattern), "\(kernel.rawValue)")
      }
    }
  }

  @Test("What is left out where an input is zero changes no bit", arguments: KernelTests.available)
  func sparse(kernel: spectra_kernel) {
    let (inputs, outputs) = (112, 96)
    let b = Self.numbers(inputs * outputs, seed: 4)
    let bias = Self.numbers(outputs, seed: 5)
    let input = Self.numbers(inputs, seed: 6).map { max(0, $0) }
    var (dense, sparse) = ([Float](repeating: 0, count: outputs), [Float](repeating: 0, count: 96))
    unsafe spectra_kernel_multiply(
      kernel, 1, outputs, inputs, input, inputs, b, outputs, bias, &dense, outputs, true)
    var rows = [UInt32](repeating: 0, count: inputs + 16)
    var values = [Float](repeating: 0, count: inputs + 16)
    let count = unsafe spectra_kernel_compact(kernel, inputs, input, &rows, &values)
    #expect(count == input.count { $0 != 0 })
    unsafe spectra_kernel_rows(
      kernel, outputs, count, rows, values, b, outputs, bias, &sparse, true)
    #expect(dense.map(\.bitPattern) == sparse.map(\.bitPattern))
  }

  @Test("Outputs that are not zero are gathered, NaN among them", arguments: KernelTests.available)
  func compact(kernel: spectra_kernel) {
    let some: [Float] = [0, 1, -1, .nan, .infinity, -0.0, .leastNonzeroMagnitude, 0]
    let outputs = (0..<48).map { some[($0 * 5 + $0 / 16) % some.count] }
    var rows = [UInt32](repeating: 99, count: 64)
    var values = [Float](repeating: 99, count: 64)
    let count = unsafe spectra_kernel_compact(kernel, 48, outputs, &rows, &values)
    let expected = outputs.indices.filter { outputs[$0] != 0 }
    #expect(rows.prefix(count).map { Int($0) } == expected)
    #expect(values.prefix(count).map(\.bitPattern) == expected.map { outputs[$0].bitPattern })
  }

  @Test("Weights are rounded to the nearest of 4095 numbers")
  func weights() {
    let weights = Self.numbers(101, seed: 7)
    var rounded = [Int16](repeating: 0, count: 101)
    let scale = unsafe spectra_quantize_weights(101, weights, 1, &rounded)
    #expect(rounded.map(\.magnitude).max() == 2047)
    for (weight, number) in zip(weights, rounded) {
      #expect(abs(weight - scale * Float(number)) <= 0.5001 * scale)
    }
    // Every third of them.
    var third = [Int16](repeating: 0, count: 34)
    _ = unsafe spectra_quantize_weights(34, weights, 3, &third)
    var own = [Int16](repeating: 0, count: 34)
    _ = unsafe spectra_quantize_weights(
      34, stride(from: 0, to: 101, by: 3).map { weights[$0] }, 1, &own)
    #expect(third == own)
  }

  @Test(
    "Numbers too small to divide by count as zero, and none is made of NaN",
    arguments: KernelTests.available)
  func extremes(kernel: spectra_kernel) {
    var rounded = [Int16](repeating: 7, count: 3)
    #expect(unsafe spectra_quantize_weights(3, [0, 1e-31, -1e-40], 1, &rounded) == 0)
    #expect(rounded == [0, 0, 0])
    var gradient = [Float](repeating: 1, count: 6 * 4)
    gradient[4 + 3] = .nan
    gradient[8 + 2] = -.infinity
    gradient[12..<16] = [0, 1e-38, 0, 0]
    var rows: [UInt32] = [1, 3, 0]
    var pairs = [Int16](repeating: 7, count: 16)
    var scales = [Float](repeating: 0, count: 6)
    unsafe spectra_quantize_gradient(
      kernel, 4, [1, 1, 1, 1], &gradient, 4, 2, &rows, &pairs, &scales)
    #expect(scales.map(\.isNaN) == [false, true, true, false, false, false])
    #expect(scales[3] == 0)
    #expect(Array(pairs.prefix(12)) == [4095, 4095, 0, 0, 0, 0, 0, 0, 4095, 4095, 4095, 4095])
  }

  @Test("Gradients of active units lie in pairs, rounded", arguments: [0, 1, 2, 5, 9], [11, 67])
  func pairs(count: Int, units: Int) {
    let stride = units + 2
    let gradient = Self.numbers(Self.gradients * stride, seed: 8)
    let unitScales = Self.numbers(units, seed: 9).map { abs($0) }
    let active = (0..<count).map { UInt32(units * $0 / max(1, count)) }
    var rows = active + [99]
    var product = gradient
    var pairs = [Int16](repeating: 99, count: (count + 1) / 2 * 2 * Self.lanes)
    var scales = [Float](repeating: .nan, count: Self.gradients)
    unsafe spectra_quantize_gradient(
      SPECTRA_KERNEL_BASELINE, units, unitScales, &product, stride, count, &rows, &pairs, &scales)
    for kernel in KernelTests.available {
      var (again, samePairs, sameScales) = (gradient, pairs.map { _ in Int16(99) }, scales)
      unsafe spectra_quantize_gradient(
        kernel, units, unitScales, &again, stride, count, &rows, &samePairs, &sameScales)
      #expect(samePairs == pairs && sameScales == scales)
    }
    #expect(Array(rows.prefix(count)) == active)
    for lane in 0..<Self.gradients {
      let scaled = (0..<units).map { gradient[lane * stride + $0] * unitScales[$0] }
      let largest = scaled.map(\.magnitude).max() ?? 0
      #expect(abs(scales[lane] / (largest / 4095) - 1) < 1e-6)
      for (place, unit) in active.enumerated() {
        let number = pairs[place / 2 * 2 * Self.lanes + 2 * lane + place % 2]
        #expect(abs(scaled[Int(unit)] - scales[lane] * Float(number)) <= 0.501 * scales[lane])
      }
      if count % 2 == 1 {
        #expect(pairs[count / 2 * 2 * Self.lanes + 2 * lane + 1] == 0)
        #expect(rows[count] < units)
      }
    }
  }

  @Test("Gradients from a table lie in the same pairs", arguments: [0, 1, 4, 7])
  func table(count: Int) {
    let table = (0..<8 * Self.lanes).map { Int16($0) }
    var rows = (0..<count).map { UInt32(7 - $0) }.sorted() + [99]
    let active = Array(rows.prefix(count))
    var pairs = [Int16](repeating: 99, count: (count + 1) / 2 * 2 * Self.lanes)
    unsafe spectra_pair_gradient(table, count, &rows, &pairs)
    for place in 0..<(count + 1) / 2 * 2 {
      for lane in 0..<Self.lanes {
        let expected = place < count ? table[Int(active[place]) * Self.lanes + lane] : 0
        #expect(pairs[place / 2 * 2 * Self.lanes + 2 * lane + place % 2] == expected)
      }
    }
  }

  @Test(
    "The way back is the sum of whole numbers, at their largest too, with every kernel",
    arguments: [32, 64, 160, 224], [0, 1, 2, 55, 256, 301])
  func back(columns: Int, count: Int) {
    let stride = columns + 8
    var state = UInt32(columns * 1000 + count)
    func number(_ largest: Int) -> Int16 {
      state = state &* 1_664_525 &+ 1_013_904_223
      if state >> 29 == 0 { return Int16(largest) }
      return Int16(Int(state >> 8) % (2 * largest + 1) - largest)
    }
    // The first column and gradient are all at the limit.
    let b = (0..<310 * stride).map { $0 % stride == 0 ? 2047 : number(2047) }
    let places = (count + 1) / 2 * 2
    let pairs = (0..<places * Self.lanes).map { index in
      index / (2 * Self.lanes) * 2 + index % 2 >= count
        ? 0 : index % (2 * Self.lanes) < 2 ? 4095 : number(4095)
    }
    let rows = (0..<places).map { UInt32($0 < count ? 309 * $0 / max(1, count) : 0) }
    let scales = Self.numbers(Self.gradients, seed: 10)
    let before = Self.numbers(Self.gradients * stride, seed: 11)
    for add in [false, true] {
      var expected = before
      for lane in 0..<Self.gradients {
        for column in 0..<columns {
          var value = add ? before[lane * stride + column] : 0
          for piece in Swift.stride(from: 0, to: max(1, count), by: 256) {
            var sum = 0
            for place in piece..<min(count, piece + 256) {
              let gradient = pairs[place / 2 * 2 * Self.lanes + 2 * lane + place % 2]
              sum += Int(gradient) * Int(b[Int(rows[place]) * stride + column])
            }
            value = value.addingProduct(scales[lane], Float(sum))
          }
          expected[lane * stride + column] = value
        }
      }
      for kernel in KernelTests.available {
        var c = before
        unsafe spectra_kernel_back(
          kernel, columns, count, rows, pairs, scales, b, stride, add, &c, stride)
        #expect(c.map(\.bitPattern) == expected.map(\.bitPattern), "\(kernel.rawValue) \(add)")
      }
    }
  }
}
