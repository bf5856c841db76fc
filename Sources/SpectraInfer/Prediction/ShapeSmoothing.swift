internal import CKernels

/// A Gaussian over spectra, and every so many-th point of what it gives; beyond its ends a spectrum
/// goes on as it ends.
///
/// Sixteen points are one product of the features they reach over and the Gaussian, moved on for
/// each point: the matrix is the same for each sixteen.
struct ShapeSmoothing: ~Copyable {
  private static let columns = 16

  /// Points of a shape.
  let pointCount: Int
  private let featureCount: Int
  /// Features from point to point.
  private let step: Int
  /// Features to each side of a point that count.
  private let half: Int
  /// Features that sixteen points reach over.
  private let depth: Int
  /// [depth][16], and a row of zeros to start from.
  private let matrix: Storage<Float>

  /// - Parameters:
  ///   - width: standard deviation of the Gaussian, in features; it is cut at four of them.
  /// - Throws: `.memory` where the allocation is refused.
  init(featureCount: Int, step: Int, width: Double) throws(SpectraError) {
    self.featureCount = featureCount
    self.step = step
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

  /// Smooths a spectrum.
  ///
  /// - Parameters:
  ///   - features: holds it from index `start`.
  ///   - scratch: `scratchCount` floats; holds the shape from `shapeStart`.
  func smooth(
    _ features: Span<Float>, from start: Int, scratch: inout MutableSpan<Float>,
    kernel: spectra_kernel
  ) {
    guard pointCount > 0 else { return }
    // The first point stands in the middle of the features that it stands for.
    let first = step / 2 - half
    let own = features.extracting(start..<start + featureCount)
    let (left, right) = (min(shapeStart, max(0, -first)), min(shapeStart, featureCount - first))
    for place in 0..<left { scratch[place] = own[0] }
    for place in left..<right { scratch[place] = own[first + place] }
    for place in right..<shapeStart { scratch[place] = own[featureCount - 1] }
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
