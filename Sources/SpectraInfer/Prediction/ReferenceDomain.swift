internal import CKernels

/// Networks that have learned what silicon oxides look like beside other edges, and tell of a spectrum
/// which of them it is.
///
/// Their output is the logarithm of the odds that an edge is no silicon oxide's, where as many of the
/// one as of the other were shown: outlier exposure (Hendrycks, Mazeika and Dietterich, ICLR 2019). The
/// distance to the references and the shape of a spectrum tell less (docs/decisions/0005).
///
/// The networks are in files of format 3. For a model without them nothing is outside.
struct ReferenceDomain: ~Copyable {
  /// Networks of one output, which see the scaled features; none where they are not known.
  var networks: Ensemble
  /// What the mean output must exceed.
  let level: Double

  init(networks: consuming Ensemble, level: Double) {
    self.networks = networks
    self.level = level
  }

  /// No networks.
  ///
  /// - Throws: `.memory`, as any allocation may.
  init(unknownOn kernel: spectra_kernel) throws(SpectraError) {
    networks = try Ensemble(noneOn: kernel)
    level = 0
  }

  /// Whether a spectrum is none of the kind of the references.
  ///
  /// - Parameters:
  ///   - row: which of the `rows` that went through the networks together.
  ///   - outputs: theirs, [network][rows][outputStride].
  func isOutside(_ row: Int, of rows: Int, _ outputs: borrowing Region<Float>) -> Bool {
    let count = networks.memberCount
    guard count > 0 else { return false }
    let values = outputs.span(count * rows * networks.outputStride)
    var sum = 0.0
    for member in 0..<count {
      sum += Double(values[(member * rows + row) * networks.outputStride])
    }
    // Written so that what overflowed, and is no number, is outside.
    return !(sum / Double(count) <= level)
  }
}
