import CKernels
import SpectraTrain

/// A product of random numbers, with gaps between the rows of all three matrices, of zeros of both
/// signs, and of numbers too small to be normal.
struct KernelProduct {
  var rows: Int
  let columns, depth: Int
  let aStride, bStride, cStride: Int
  var a: [Float]
  var b: [Float]
  var c: [Float]
  var bias: [Float]?
  var rectify = false

  /// - Parameter share: how many inputs of this row and step are not zero, from 0 to 1.
  init(
    rows: Int, columns: Int, depth: Int, share: (_ row: Int, _ step: Int) -> Double = { _, _ in 1 }
  ) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    aStride = depth + rows % 3
    bStride = columns + depth % 4
    cStride = columns + columns % 5
    var generator = SeededGenerator(seed: UInt64(rows * 1_000_003 + columns * 1009 + depth))
    func number() -> Float {
      let value = Float(generator.normal())
      return switch generator.next() % 16 {
      case 0: value * 0x1p-130
      case 1: value * 0x1p-70
      default: value
      }
    }
    b = (0..<depth * bStride).map { _ in number() }
    c = (0..<rows * cStride).map { _ in number() }
    bias = (0..<columns).map { _ in number() }
    // What lies between the rows is not to be read.
    a = [Float](repeating: .nan, count: rows * aStride)
    for row in 0..<rows {
      for step in 0..<depth {
        let isActive = generator.uniform() < share(row, step)
        let zero: Float = generator.next() % 2 == 0 ? 0 : -0.0
        a[row * aStride + step] = isActive ? number() : zero
      }
    }
  }

  /// All of C by definition: each element with one accumulator, in the order of the depth. The gaps
  /// between the rows stay what they are.
  func definition() -> [Float] {
    var result = c
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = bias?[column] ?? c[row * cStride + column]
        for step in 0..<depth {
          sum = sum.addingProduct(a[row * aStride + step], b[step * bStride + column])
        }
        result[row * cStride + column] = rectify && sum < 0 ? 0 : sum
      }
    }
    return result
  }

  /// All of C, gaps included, as the kernel leaves it.
  func result(of kernel: spectra_kernel, sparse: Bool = false) -> [Float] {
    var result = c
    let multiply = unsafe sparse ? spectra_kernel_multiply_sparse : spectra_kernel_multiply
    unsafe multiply(
      kernel, rows, columns, depth, a, aStride, b, bStride, bias, &result, cStride, rectify)
    return result
  }
}
