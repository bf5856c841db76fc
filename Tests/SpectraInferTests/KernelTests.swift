import CKernels
import Testing

@Suite("Matrix product kernels")
struct KernelTests {
  static let available = [
    SPECTRA_KERNEL_BASELINE, SPECTRA_KERNEL_AVX2, SPECTRA_KERNEL_AVX512, SPECTRA_KERNEL_VNNI,
  ].filter { spectra_kernel_available($0) }

  @Test("The best kernel is available, the baseline always, an unknown one never")
  func availability() {
    #expect(spectra_kernel_available(SPECTRA_KERNEL_BASELINE))
    #expect(spectra_kernel_available(spectra_kernel_best()))
    #expect(!spectra_kernel_available(spectra_kernel(rawValue: 7)))
  }

  @Test("Every kernel has the bits of one fused multiply-add after the other", arguments: 1...17)
  func smallShapes(rows: Int) {
    for columns in 1...70 {
      expectBits(KernelProduct(rows: rows, columns: columns, depth: (rows * 7 + columns) % 6))
    }
  }

  @Test(
    "So it is where the depth is cut into pieces, and in wide and tall products",
    arguments: [
      (1, 300, 257), (2, 300, 257), (40, 67, 513), (73, 33, 256), (12, 6, 700), (3, 130, 300),
      (7, 150, 40),
      // Eight columns, which AVX-512 takes sixteen rows of at once.
      (16, 8, 16), (31, 8, 15), (33, 8, 100), (64, 8, 256), (45, 8, 513), (20, 7, 90),
    ])
  func largeShapes(rows: Int, columns: Int, depth: Int) {
    expectBits(KernelProduct(rows: rows, columns: columns, depth: depth))
  }

  @Test("A row of a batch has the bits that it has alone", arguments: available)
  func batch(kernel: spectra_kernel) {
    let batch = KernelProduct(rows: 29, columns: 45, depth: 31)
    let whole = batch.result(of: kernel)
    for row in 0..<batch.rows {
      var alone = batch
      alone.rows = 1
      alone.a = Array(batch.a.dropFirst(row * batch.aStride))
      alone.c = Array(batch.c.dropFirst(row * batch.cStride))
      let bits = alone.result(of: kernel).prefix(batch.columns).map(\.bitPattern)
      let start = row * batch.cStride
      #expect(bits == whole[start..<start + batch.columns].map(\.bitPattern), "row \(row)")
    }
  }

  @Test("The rectifier keeps NaN, and only NaN, from becoming a number", arguments: available)
  func rectifier(kernel: spectra_kernel) {
    // One by one: start + 1 * value, with values in all lanes of vectors and of tails.
    let values: [Float] = [.nan, -.infinity, .infinity, -1, 1, -.leastNonzeroMagnitude]
    var product = KernelProduct(rows: 2, columns: 23, depth: 1)
    product.a = Array(repeating: 1, count: product.a.count)
    product.bias = Array(repeating: 0, count: product.columns)
    product.rectify = true
    for column in 0..<product.columns { product.b[column] = values[column % values.count] }
    let result = product.result(of: kernel)
    for column in 0..<product.columns {
      let value = values[column % values.count]
      let output = result[product.cStride + column]
      #expect(value.isNaN ? output.isNaN : output == max(value, 0), "column \(column)")
    }
  }

  @Test("Without a depth the start remains, rectified", arguments: available)
  func noDepth(kernel: spectra_kernel) {
    var product = KernelProduct(rows: 1, columns: 3, depth: 0)
    product.bias = [-2, 3, 0.5]
    product.rectify = true
    #expect(Array(product.result(of: kernel).prefix(3)) == [0, 3, 0.5])
  }

  @Test(
    "The transpose has rows for columns", arguments: [(1, 1), (16, 16), (17, 33), (5, 40), (40, 5)])
  func transpose(rows: Int, columns: Int) {
    let source = (0..<rows * columns).map { Float($0) }
    var target = Array(repeating: Float.nan, count: rows * columns)
    unsafe spectra_transpose(rows, columns, source, &target)
    let expected = (0..<columns).flatMap { column in
      (0..<rows).map { row in source[row * columns + column] }
    }
    #expect(target == expected)
  }

  @Test(
    "The square root is the correctly rounded one", arguments: [0, 2, 1e-30, 3e38, 0.7] as [Float])
  func squareRoot(x: Float) {
    #expect(spectra_square_root(x) == Float(Double(x).squareRoot()))
    #expect(spectra_square_root(-1).isNaN)
  }

  private func expectBits(_ product: KernelProduct, _ location: SourceLocation = #_sourceLocation) {
    for (bias, rectify) in [(true, true), (true, false), (false, true), (false, false)] {
      var product = product
      if !bias { product.bias = nil }
      product.rectify = rectify
      let expected = product.definition().map(\.bitPattern)
      for kernel in Self.available {
        let same = product.result(of: kernel).map(\.bitPattern) == expected
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
