import CKernels
import SpectraTrain
import Testing

@Suite("Kernels of distances")
struct DistanceKernelTests {
  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(1 + 0.3 * generator.normal()) }
  }

  @Test(
    "Sixteen at a time have the bits of one after the other", arguments: [0, 1, 3], [1, 21, 40])
  func distances(blocks: Int, dimensions: Int) {
    let point = Self.numbers(dimensions, seed: 1)
    let others = Self.numbers(blocks * 16 * dimensions, seed: 2)
    let expected = (0..<blocks * 16).map { other in
      (0..<dimensions).reduce(Float(0)) { sum, dimension in
        let difference =
          point[dimension] - others[(other / 16 * dimensions + dimension) * 16 + other % 16]
        return sum.addingProduct(difference, difference)
      }
    }
    for kernel in KernelTests.available {
      var squares = [Float](repeating: .nan, count: blocks * 16 + 1)
      unsafe spectra_kernel_distances(kernel, blocks, dimensions, point, others, &squares)
      #expect(squares.dropLast().map(\.bitPattern) == expected.map(\.bitPattern))
      #expect(squares[blocks * 16].isNaN)
    }
  }

  @Test(
    "In full they are those of the definition, with the same bits from every kernel",
    arguments: [1, 7, 8, 63, 64, 160, 161, 200])
  func squares(count: Int) {
    let (x, y) = (Self.numbers(count, seed: 3), Self.numbers(count, seed: 4))
    let expected = zip(x, y).reduce(0.0) {
      $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
    let found = KernelTests.available.map {
      unsafe spectra_kernel_squares($0, count, x, y, .infinity)
    }
    #expect(Set(found.map(\.bitPattern)).count == 1)
    #expect(abs(found[0] / expected - 1) < 1e-14)
    for kernel in KernelTests.available {
      // What is at the limit is measured in full; what is beyond it is known to be.
      #expect(unsafe spectra_kernel_squares(kernel, count, x, y, found[0]) == found[0])
      #expect(unsafe spectra_kernel_squares(kernel, count, x, y, expected / 2) > expected / 2)
    }
  }

  @Test("Those are selected that are not above", arguments: [0, 1, 15, 16, 17, 40])
  func select(count: Int) {
    let values = (0..<count).map { $0 % 7 == 3 ? Float.nan : Float($0 * 37 % 11) }
    for highest: Float in [-1, 0, 4, 100, .infinity] {
      var numbers = [UInt32](repeating: 0, count: count + 1)
      let found = unsafe spectra_select(count, values, highest, &numbers)
      let expected = values.indices.filter { !(values[$0] > highest) }
      #expect(numbers.prefix(found).map { Int($0) } == expected)
    }
  }
}
