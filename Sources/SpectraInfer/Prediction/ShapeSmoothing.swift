internal import CKernels

/// A Gaussian over spectra, and every so many-th point of what it gives; beyond its ends a spectrum
/// goes on as it ends.
///
/// Sixteen points are one product of the features they reach over and the Gaussian, moved on for
/// each point: the matrix is the same for each sixteen.
package struct ShapeSmoothing: ~Copyable {
  private static let columns = 16
  private static let gaussianWidth = 1.5  // eV
  private static let pointWidth = 0.5  // eV

  /// Points of a shape.
  package let pointCount: Int
  private let featureCount: Int
  /// Features from point to point.
  private let step: Int
  /// Features to each side of a point that count.
  private let half: Int
  /// Features that sixteen points reach over.
  private let depth: Int
  /// [depth][16], and a row of zeros to start from.
  private let matrix: Storage<Float>

  /// The smoothing of spectra on a grid; the Gaussian is cut at four standard deviations.
  ///
  /// - Parameter featureCount: 0 for spectra that are never smoothed.
  /// - Throws: `.memory` where the allocation is refused.
  package init(featureCount: Int, gridStep: Double) throws(SpectraError) {
    let width = Self.gaussianWidth / gridStep
    self.featureCount = featureCount
    step = max(1, Int((Self.pointWidth / gridStep).rounded()))
    pointCount = (featureCount + step - 1) / step
    half = min(featureCount, Int((4 * width).rounded(.up)))
    depth = (min(pointCount, Self.columns) - 1) * step + 2 * half + 1
    var matrix = try Storage<Float>(
      repeating: 0, count: pointCount == 0 ? 0 : (depth + 1) * Self.columns)
    if pointCount > 0 {
      var values = matrix.mutableSpan
      var sum = 0.0
      for offset in -half...half { sum += Self.gaussian(offset, width) }
      for column in 0..<min(pointCount, Self.columns) {
        for offset in -half...half {
          let row = column * step + half + offset
          values[row * Self.columns + column] = Float(Self.gaussian(offset, width) / sum)
        }
      }
    }
    self.matrix = matrix
  }

  private static func gaussian(_ offset: Int, _ width: Double) -> Double {
    exp(-0.5 * Double(offset * offset) / (width * width))
  }

  private var blocks: Int { (pointCount + Self.columns - 1) / Self.columns }
  /// Where the shape begins in the scratch.
  var shapeStart: Int {
    pointCount == 0 ? 0 : (blocks - 1) * Self.columns * step + depth
  }
  /// Floats of scratch.
  var scratchCount: Int { shapeStart + blocks * Self.columns }

  /// The shape of a spectrum, for training, which may allocate.
  ///
  /// - Throws: `.memory` where the allocation is refused.
  package func shape(_ features: Span<Float>) throws(SpectraError) -> [Float] {
    var scratch = try Storage<Float>(repeating: 0, count: scratchCount)
    return shape(features, &scratch)
  }

  private func shape(_ features: Span<Float>, _ scratch: inout Storage<Float>) -> [Float] {
    var values = scratch.mutableSpan
    smooth(features, scratch: &values, kernel: spectra_kernel_chosen())
    return (0..<pointCount).map { values[shapeStart + $0] }
  }

  /// Smooths a spectrum.
  ///
  /// - Parameters:
  ///   - features: `featureCount` prepared intensities.
  ///   - scratch: `scratchCount` floats; holds the shape from `shapeStart`.
  func smooth(
    _ features: Span<Float>, scratch: inout MutableSpan<Float>, kernel: spectra_kernel
  ) {
    guard pointCount > 0 else { return }
    // The first point stands in the middle of the features that it stands for.
    let first = step / 2 - half
    let left = min(shapeStart, max(0, -first))
    // On a grid so fine that half a step between points is more than the spectrum, none of it is left.
    let right = max(left, min(shapeStart, featureCount - first))
    for place in 0..<left { scratch[place] = features[0] }
    for place in left..<right { scratch[place] = features[first + place] }
    for place in right..<shapeStart { scratch[place] = features[featureCount - 1] }
    unsafe matrix.span.withUnsafeBufferPointer { matrix in
      unsafe scratch.withUnsafeMutableBufferPointer { scratch in
        guard let matrix = matrix.baseAddress, let scratch = scratch.baseAddress else { return }
        unsafe spectra_kernel_multiply(
          kernel, blocks, Self.columns, depth, scratch, Self.columns * step, matrix, Self.columns,
          matrix + depth * Self.columns, scratch + shapeStart, Self.columns, false)
      }
    }
  }
}
