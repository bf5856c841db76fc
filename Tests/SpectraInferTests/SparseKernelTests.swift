import CKernels
import SpectraTrain
import Testing

/// The product of a batch that leaves zeros out, against the one that does not.
@Suite("Kernels of sparse batches")
struct SparseKernelTests {
  @Test(
    "Leaving zeros out changes no bit, whatever the sizes and the share of zeros",
    arguments: 1...130)
  func sizes(columns: Int) {
    for depth in [1, columns % 64 + 1, columns, 131 - columns] {
      for rows in [1, 2, columns % 13 + 3] {
        let share = Double((columns * 7 + depth * 3 + rows) % 11) / 10
        expectSameBits(
          KernelProduct(rows: rows, columns: columns, depth: depth) { _, _ in share })
      }
    }
  }

  @Test(
    "So it is in more rows and deeper than are taken at once",
    arguments: [(130, 144, 64), (65, 130, 300), (64, 256, 513), (67, 272, 256), (3, 70, 600)],
    [0, 0.1, 0.5, 0.74, 0.8, 1])
  func blocks(size: (rows: Int, columns: Int, depth: Int), share: Double) {
    expectSameBits(
      KernelProduct(rows: size.rows, columns: size.columns, depth: size.depth) { _, _ in share })
  }

  @Test("Some parts may be full of zeros and others free of them")
  func patches() {
    expectSameBits(
      KernelProduct(rows: 140, columns: 136, depth: 530) { row, step in
        Double((row / 64 + step / 256) % 2)
      })
    expectSameBits(
      KernelProduct(rows: 70, columns: 136, depth: 300) { row, step in
        row % 7 == 0 ? 1 : Double(step / 16 % 2) * 0.5
      })
  }

  @Test("What a zero would be multiplied by is not read", arguments: KernelTests.available)
  func leftOut(kernel: spectra_kernel) {
    var product = KernelProduct(rows: 70, columns: 128, depth: 300) { _, step in
      step % 3 == 0 ? 0 : 1
    }
    let expected = product.result(of: kernel, sparse: true)
    for step in stride(from: 0, to: product.depth, by: 3) {
      for column in 0..<product.bStride { product.b[step * product.bStride + column] = .nan }
    }
    #expect(product.result(of: kernel, sparse: true) == expected)
  }

  @Test("NaN and infinity are not zero", arguments: KernelTests.available)
  func extremes(kernel: spectra_kernel) {
    var product = KernelProduct(rows: 9, columns: 64, depth: 40) { _, _ in 0.2 }
    product.a[3 * product.aStride + 39] = .nan
    product.a[5 * product.aStride + 1] = .infinity
    let result = product.result(of: kernel, sparse: true)
    for row in 0..<product.rows {
      let outputs = result[row * product.cStride..<row * product.cStride + product.columns]
      #expect(outputs.allSatisfy { $0.isFinite } == (row != 3 && row != 5), "row \(row)")
    }
    #expect(result[3 * product.cStride].isNaN)
  }

  @Test("Without a depth the start remains, rectified", arguments: KernelTests.available)
  func noDepth(kernel: spectra_kernel) {
    var product = KernelProduct(rows: 1, columns: 66, depth: 0) { _, _ in 0 }
    product.bias = (0..<66).map { Float($0) - 3 }
    product.rectify = true
    let expected = (0..<66).map { max(0, Float($0) - 3) }
    #expect(Array(product.result(of: kernel, sparse: true).prefix(66)) == expected)
  }

  private func expectSameBits(
    _ product: KernelProduct, _ location: SourceLocation = #_sourceLocation
  ) {
    for (bias, rectify) in [(true, true), (true, false), (false, true), (false, false)] {
      var product = product
      if !bias { product.bias = nil }
      product.rectify = rectify
      let expected = product.result(of: SPECTRA_KERNEL_BASELINE, sparse: false)
      for kernel in KernelTests.available {
        let result = product.result(of: kernel, sparse: true)
        // Zeros of either sign are one number: as the header says, and as no prediction tells apart.
        let same = zip(result, expected).allSatisfy {
          $0.bitPattern == $1.bitPattern || ($0 == 0 && $1 == 0)
        }
        #expect(
          same,
          """
          \(product.rows) x \(product.columns) x \(product.depth), kernel \(kernel.rawValue), \
          bias \(bias), rectify \(rectify)
          """,
          sourceLocation: location)
      }
    }
  }
}
