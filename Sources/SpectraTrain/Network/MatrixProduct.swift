import CKernels

/// The matrix operations of the network, on row-major arrays that may be longer than needed.
///
/// Every product goes through `spectra_kernel_multiply`, whose bits do not depend on the processor
/// or on the number of rows: training gives the same network on every machine, up to the
/// exponentials and cosines of its C library.
struct MatrixProduct: Sendable {
  /// What they are computed on.
  let kernel: spectra_kernel

  /// Products on `kernel`, which must be available.
  init(kernel: spectra_kernel) {
    self.kernel = kernel
  }

  /// C = start + A B, or max(0, start + A B).
  ///
  /// - Parameters:
  ///   - rows: rows of A and C.
  ///   - columns: columns of B and C.
  ///   - depth: columns of A, rows of B.
  ///   - a: A, `[rows][depth]`.
  ///   - b: B, `[depth][columns]`.
  ///   - start: `columns` numbers that each row of C starts from; nil: C starts from what it holds.
  ///   - c: receives C, `[rows][columns]`.
  ///   - rectify: whether negative results become 0.
  /// - Complexity: O(`rows * columns * depth`); allocates nothing.
  func multiply(
    rows: Int, columns: Int, depth: Int, _ a: [Float], _ b: [Float], start: [Float]?,
    into c: inout [Float], rectify: Bool = false
  ) {
    precondition(rows >= 0 && columns >= 0 && depth >= 0, "A product has no negative sizes.")
    precondition(a.count >= rows * depth, "A is smaller than the product needs.")
    precondition(b.count >= depth * columns, "B is smaller than the product needs.")
    precondition(
      start.map { $0.count >= columns } ?? true, "The start is smaller than the product needs.")
    precondition(c.count >= rows * columns, "C is smaller than the product needs.")
    unsafe spectra_kernel_multiply(
      kernel, rows, columns, depth, a, depth, b, columns, start, &c, columns, rectify)
  }

  /// Writes the transpose of `source`, `[rows][columns]`, to `target`, `[columns][rows]`.
  static func transpose(_ source: [Float], rows: Int, columns: Int, into target: inout [Float]) {
    precondition(source.count >= rows * columns, "The matrix is smaller than said.")
    precondition(target.count >= rows * columns, "The target is smaller than the matrix.")
    unsafe spectra_transpose(rows, columns, source, &target)
  }
}
