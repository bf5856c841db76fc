internal import CKernels

/// The broad shapes of the reference spectra: what they are like when everything finer than a few
/// electron volts is smoothed away.
///
/// The distance of single intensities is ruled by the fine structure, in which silicon oxides
/// differ from each other as much as from other oxides. Smoothed by a Gaussian of 1.5 eV, spectra of
/// other materials stand out (docs/decisions/0005): of edges of random peaks 92 % lie beyond 95 % of
/// the silicon oxides, in place of 70 %. Noise, which is fine, hardly changes the shape.
///
/// Nothing of this is in the model file; it follows from the references when they are loaded. Beside
/// networks that tell more (`ReferenceDomain`), only what is beyond 98 % of the silicon oxides counts as
/// unlike: the kinds of edges that no network was taught.
package struct ReferenceShapes: ~Copyable {
  /// Share of the references that are similar to another material: where shapes alone tell what is
  /// unlike, and beside networks.
  package static let quantile = (alone: 0.95, besideNetworks: 0.98)
  // With fewer references no quantile is known.
  private static let referenceCountMinimum = 20
  // Asked of so many references at the most, which bounds the time of loading.
  private static let queryMaximum = 256

  private static var blockSize: Int { Int(SPECTRA_DISTANCE_BLOCK) }
  // Shapes that are compared together.
  private static let chunk = 256
  private typealias PerChunk = InlineArray<256, Float>

  private let smoothing: ShapeSmoothing
  private let referenceCount: Int
  /// [blocks][points][16]; zeros behind the last one.
  private let shapes: Storage<Float>
  /// Sum of squared differences up to which two shapes are similar; infinite where that is not
  /// known.
  private let similarWithin: Float
  private let kernel: spectra_kernel

  /// Floats of scratch for the shape of one spectrum.
  var scratchCount: Int { smoothing.scratchCount }

  /// Smooths the references, and learns how similar one is to those of other groups of materials.
  ///
  /// - Throws: `.memory` where an allocation is refused.
  /// - Complexity: O(references x features x smoothing width, and 256 x references x points).
  init(
    of references: borrowing ReferenceLibrary, quantile: Double, gridStep: Double,
    kernel: spectra_kernel
  ) throws(SpectraError) {
    let isEnough = references.count >= Self.referenceCountMinimum
    let smoothing = try ShapeSmoothing(
      featureCount: isEnough ? references.featureCount : 0, gridStep: gridStep)
    let count = isEnough ? references.count : 0
    let blocks = (count + Self.blockSize - 1) / Self.blockSize
    var shapes = try Storage<Float>(
      repeating: 0, count: blocks * Self.blockSize * smoothing.pointCount)
    var scratch = try Storage<Float>(repeating: 0, count: smoothing.scratchCount)
    var similarWithin = Float.infinity
    if isEnough {
      Self.fill(&shapes, references, smoothing, scratch: &scratch, kernel: kernel)
      similarWithin = try Self.squaredDistance(
        at: quantile, of: shapes, references, smoothing.pointCount, kernel)
    }
    self.smoothing = smoothing
    referenceCount = count
    self.shapes = shapes
    self.similarWithin = similarWithin
    self.kernel = kernel
  }

  /// Whether a spectrum is unlike every reference in its shape.
  ///
  /// - Parameters:
  ///   - features: the prepared intensities.
  ///   - nearest: the reference to compare with first.
  ///   - scratch: `scratchCount` floats.
  /// - Complexity: O(features), and O(references x points) for a spectrum that is unlike most.
  func areUnlike(
    _ features: Span<Float>, nearest: Int, scratch: inout MutableSpan<Float>
  ) -> Bool {
    guard similarWithin.isFinite else { return false }
    smoothing.smooth(features, scratch: &scratch, kernel: kernel)
    let block = nearest / Self.blockSize * Self.blockSize
    if isAnySimilar(block..<min(block + Self.blockSize, referenceCount), to: scratch) {
      return false
    }
    var first = 0
    while first < referenceCount {
      let end = min(first + Self.chunk, referenceCount)
      if isAnySimilar(first..<end, to: scratch) { return false }
      first = end
    }
    return true
  }

  private func isAnySimilar(_ range: Range<Int>, to scratch: borrowing MutableSpan<Float>) -> Bool {
    var squares = PerChunk(repeating: 0)
    let start = smoothing.shapeStart
    unsafe scratch.withUnsafeBufferPointer { scratch in
      guard let scratch = scratch.baseAddress else { return }
      unsafe Self.measure(
        range, shapes, scratch + start, smoothing.pointCount, kernel, into: &squares)
    }
    for index in 0..<range.count where squares[index] <= similarWithin { return true }
    return false
  }

  /// Squared distances of some references, the first of which begins a block.
  @unsafe
  private static func measure(
    _ range: Range<Int>, _ shapes: borrowing Storage<Float>, _ point: UnsafePointer<Float>,
    _ pointCount: Int, _ kernel: spectra_kernel, into squares: inout PerChunk
  ) {
    var squares = squares.mutableSpan
    unsafe shapes.span.withUnsafeBufferPointer { shapes in
      unsafe squares.withUnsafeMutableBufferPointer { squares in
        guard let shapes = shapes.baseAddress, let squares = squares.baseAddress else { return }
        unsafe spectra_kernel_distances(
          kernel, (range.count + blockSize - 1) / blockSize, pointCount, point,
          shapes + range.lowerBound * pointCount, squares)
      }
    }
  }

  // MARK: - Loading

  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  private static func fill(
    _ shapes: inout Storage<Float>, _ references: borrowing ReferenceLibrary,
    _ smoothing: borrowing ShapeSmoothing, scratch: inout Storage<Float>, kernel: spectra_kernel
  ) {
    let pointCount = smoothing.pointCount
    let features = references.features.span
    var target = shapes.mutableSpan
    var scratch = scratch.mutableSpan
    for reference in 0..<references.count {
      let first = reference * references.featureCount
      smoothing.smooth(
        features.extracting(first..<first + references.featureCount), scratch: &scratch,
        kernel: kernel)
      let start = reference / blockSize * blockSize * pointCount + reference % blockSize
      for point in 0..<pointCount {
        target[start + point * blockSize] = scratch[smoothing.shapeStart + point]
      }
    }
  }

  /// The quantile of the squared distance of a reference to the nearest one of another group;
  /// infinite where there is none.
  private static func squaredDistance(
    at quantile: Double, of shapes: borrowing Storage<Float>,
    _ references: borrowing ReferenceLibrary,
    _ pointCount: Int, _ kernel: spectra_kernel
  ) throws(SpectraError) -> Float {
    let queries = min(references.count, queryMaximum)
    var distances = try Storage<Float>(repeating: .infinity, count: queries)
    var point = try Storage<Float>(repeating: 0, count: pointCount)
    for query in 0..<queries {
      let one = query * references.count / queries
      copy(one, of: shapes, into: &point)
      set(
        &distances, query,
        nearestOfOther(than: one, shapes, point, references, pointCount, kernel))
    }
    return squaredDistance(at: quantile, of: &distances)
  }

  private static func set(_ values: inout Storage<Float>, _ index: Int, _ value: Float) {
    var span = values.mutableSpan
    span[index] = value
  }

  private static func copy(
    _ reference: Int, of shapes: borrowing Storage<Float>, into point: inout Storage<Float>
  ) {
    let source = shapes.span
    let start = reference / blockSize * blockSize * point.count + reference % blockSize
    var target = point.mutableSpan
    for index in target.indices { target[index] = source[start + index * blockSize] }
  }

  /// The least squared distance of a reference from those of other groups.
  private static func nearestOfOther(
    than one: Int, _ shapes: borrowing Storage<Float>, _ point: borrowing Storage<Float>,
    _ references: borrowing ReferenceLibrary, _ pointCount: Int, _ kernel: spectra_kernel
  ) -> Float {
    var squares = PerChunk(repeating: 0)
    var nearest = Float.infinity
    var first = 0
    while first < references.count {
      let range = first..<min(first + chunk, references.count)
      unsafe measure(
        range, shapes, point.start.assumingMemoryBound(to: Float.self), pointCount, kernel,
        into: &squares)
      for index in 0..<range.count
      where squares[index] < nearest && !references.areOfOneGroup(one, first + index) {
        nearest = squares[index]
      }
      first = range.upperBound
    }
    return nearest
  }

  private static func squaredDistance(
    at quantile: Double, of squares: inout Storage<Float>
  ) -> Float {
    var sorted = squares.mutableSpan
    // Insertion sort: there are few of them.
    for index in 1..<max(1, sorted.count) {
      let value = sorted[index]
      var place = index
      while place > 0, sorted[place - 1] > value {
        sorted[place] = sorted[place - 1]
        place -= 1
      }
      sorted[place] = value
    }
    let position = quantile * Double(sorted.count - 1)
    let below = Int(position)
    let low = Double(sorted[below]).squareRoot()
    let high = Double(sorted[min(below + 1, sorted.count - 1)]).squareRoot()
    guard high.isFinite else { return .infinity }
    let distance = low + (position - Double(below)) * (high - low)
    return Float(distance * distance)
  }
}
