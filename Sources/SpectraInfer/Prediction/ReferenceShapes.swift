internal import CKernels

/// The broad shapes of the reference spectra: what they are like when everything finer than a few
/// electron volts is smoothed away.
///
/// The distance of single intensities is ruled by the fine structure, in which silicon oxides
/// differ from each other as much as from other oxides. Smoothed by a Gaussian of 1.5 eV, spectra of
/// other materials stand out (docs/decisions/0005): of edges of random peaks 92 % lie beyond 95 % of
/// the silicon oxides, in place of 70 %. Noise, which is fine, hardly changes the shape.
///
/// Nothing of this is in the model file; it follows from the references when they are loaded.
struct ReferenceShapes: ~Copyable {
  private static let smoothingWidth = 1.5  // eV
  private static let pointWidth = 0.5  // eV
  /// Share of the references that are similar to another material.
  private static let quantile = 0.95
  // With fewer references no quantile is known.
  private static let referenceCountMinimum = 20
  // Asked of so many references at the most, which bounds the time of loading.
  private static let queryMaximum = 256

  /// Points of a shape.
  let pointCount: Int
  private let featureCount: Int
  private let step: Int
  private let kernel: Storage<Float>
  /// [references][pointCount].
  private let shapes: Storage<Float>
  /// Sum of squared differences up to which two shapes are similar; infinite where that is not
  /// known.
  private let similarWithin: Double

  /// Smooths the references, and learns how similar one is to those of other materials.
  ///
  /// - Throws: `.memory` where an allocation is refused.
  /// - Complexity: O(references x features x smoothing width, and 256 x references x points).
  init(
    of references: borrowing ReferenceLibrary, gridStep: Double
  ) throws(SpectraError) {
    let step = max(1, Int((Self.pointWidth / gridStep).rounded()))
    let pointCount = (references.featureCount + step - 1) / step
    let kernel = try Self.kernel(
      width: Self.smoothingWidth / gridStep, featureCount: references.featureCount)
    let isEnough = references.count >= Self.referenceCountMinimum
    var shapes = try Storage<Float>(
      repeating: 0, count: isEnough ? references.count * pointCount : 0)
    var similarWithin = Double.infinity
    if isEnough {
      Self.smooth(
        references.features, count: references.count, featureCount: references.featureCount,
        step: step, kernel, into: &shapes)
      similarWithin = try Self.quantile(of: shapes, pointCount: pointCount, references)
    }
    featureCount = references.featureCount
    self.step = step
    self.pointCount = pointCount
    self.kernel = kernel
    self.shapes = shapes
    self.similarWithin = similarWithin
  }

  /// Whether a spectrum is unlike every reference in its shape.
  ///
  /// - Parameters:
  ///   - features: holds the prepared intensities from index `start`.
  ///   - nearest: the reference to compare with first.
  ///   - scratch: `pointCount` floats.
  /// - Complexity: O(features), and O(references x points) for a spectrum that is unlike most.
  func areUnlike(
    _ features: Span<Float>, from start: Int, nearest: Int, scratch: inout MutableSpan<Float>
  ) -> Bool {
    guard similarWithin.isFinite else { return false }
    Self.smooth(
      features, from: start, featureCount: featureCount, step: step, kernel.span, into: &scratch,
      at: 0)
    let all = shapes.span
    if isSimilar(all, nearest, to: scratch) { return false }
    for reference in 0..<all.count / pointCount where isSimilar(all, reference, to: scratch) {
      return false
    }
    return true
  }

  private func isSimilar(
    _ shapes: Span<Float>, _ reference: Int, to shape: borrowing MutableSpan<Float>
  ) -> Bool {
    let row = reference * pointCount
    var squares = 0.0
    for point in 0..<pointCount {
      let difference = Double(shapes[row + point]) - Double(shape[point])
      squares += difference * difference
      if squares > similarWithin { return false }
    }
    return true
  }

  // MARK: - Loading

  /// A Gaussian with a sum of 1, cut at four standard deviations.
  private static func kernel(
    width: Double, featureCount: Int
  ) throws(SpectraError) -> Storage<Float> {
    let half = min(featureCount, Int((4 * width).rounded(.up)))
    var kernel = try Storage<Float>(repeating: 0, count: 2 * half + 1)
    var values = kernel.mutableSpan
    var sum = 0.0
    for offset in -half...half { sum += exp(-0.5 * Double(offset * offset) / (width * width)) }
    for offset in -half...half {
      values[offset + half] = Float(exp(-0.5 * Double(offset * offset) / (width * width)) / sum)
    }
    return kernel
  }

  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  private static func smooth(
    _ features: borrowing Storage<Float>, count: Int, featureCount: Int, step: Int,
    _ kernel: borrowing Storage<Float>, into shapes: inout Storage<Float>
  ) {
    let pointCount = shapes.count / count
    var target = shapes.mutableSpan
    for reference in 0..<count {
      smooth(
        features.span, from: reference * featureCount, featureCount: featureCount, step: step,
        kernel.span, into: &target, at: reference * pointCount)
    }
  }

  /// Smooths one spectrum and keeps every `step`-th point; beyond its ends it goes on as it ends.
  private static func smooth(
    _ features: Span<Float>, from start: Int, featureCount: Int, step: Int, _ kernel: Span<Float>,
    into shape: inout MutableSpan<Float>, at place: Int
  ) {
    let half = kernel.count / 2
    let last = featureCount - 1
    for point in 0..<(featureCount + step - 1) / step {
      // The middle of the features that the point stands for.
      let center = min(last, point * step + step / 2)
      var sum: Float = 0
      for offset in 0..<kernel.count {
        let feature = min(last, max(0, center + offset - half))
        sum += kernel[offset] * features[start + feature]
      }
      shape[place + point] = sum
    }
  }

  /// The quantile of the squared distance of a reference to the nearest one of another material;
  /// infinite where there is none.
  private static func quantile(
    of shapes: borrowing Storage<Float>, pointCount: Int, _ references: borrowing ReferenceLibrary
  ) throws(SpectraError) -> Double {
    let queries = min(references.count, queryMaximum)
    var distances = try Storage<Double>(repeating: .infinity, count: queries)
    var nearest = distances.mutableSpan
    for query in 0..<queries {
      let one = query * references.count / queries
      for other in 0..<references.count {
        let squares = squares(shapes, pointCount, one, other, limit: nearest[query])
        if squares < nearest[query], !references.areOfOneMaterial(one, other) {
          nearest[query] = squares
        }
      }
    }
    // Insertion sort: there are few of them.
    for index in 1..<max(1, queries) {
      let value = nearest[index]
      var place = index
      while place > 0, nearest[place - 1] > value {
        nearest[place] = nearest[place - 1]
        place -= 1
      }
      nearest[place] = value
    }
    let position = quantile * Double(queries - 1)
    let below = Int(position)
    let (low, high) = (
      nearest[below].squareRoot(), nearest[min(below + 1, queries - 1)].squareRoot()
    )
    guard high.isFinite else { return .infinity }
    let distance = low + (position - Double(below)) * (high - low)
    return distance * distance
  }

  private static func squares(
    _ shapes: borrowing Storage<Float>, _ pointCount: Int, _ one: Int, _ other: Int, limit: Double
  ) -> Double {
    let all = shapes.span
    var squares = 0.0
    for point in 0..<pointCount {
      let difference =
        Double(all[one * pointCount + point]) - Double(all[other * pointCount + point])
      squares += difference * difference
      if squares >= limit { break }
    }
    return squares
  }
}
