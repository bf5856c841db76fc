public import SpectraInfer

/// How often the intervals of a model hold the true value, over all spectra and in each third of
/// them by novelty.
public struct CoverageTable: Sendable, Equatable {
  /// Whether a true value lies in its intervals.
  public struct Within: Sendable, Equatable {
    var interval68: Bool
    var interval95: Bool
  }

  /// One spectrum, with an entry for each property that it has.
  public struct Case: Sendable, Equatable {
    /// Any number that rises with the distance to the references.
    var novelty: Double
    private var entries = [Within?](repeating: nil, count: MaterialProperty.allCases.count)

    init(novelty: Double) { self.novelty = novelty }

    subscript(property: MaterialProperty) -> Within? {
      get { entries[property.rawValue] }
      set { entries[property.rawValue] = newValue }
    }
  }

  /// A part of the values: how many, and which share lies in each interval.
  public struct Share: Sendable, Equatable {
    /// Number of values.
    public let count: Int
    /// Share in the 68 % interval; NaN without values.
    public let within68: Double
    /// Share in the 95 % interval; NaN without values.
    public let within95: Double

    init(_ values: [Within]) {
      count = values.count
      within68 = Double(values.count { $0.interval68 }) / Double(values.count)
      within95 = Double(values.count { $0.interval95 }) / Double(values.count)
    }
  }

  private let cases: [Case]
  /// The third of each case: 0 for the nearest to the references.
  private let thirds: [Int]

  /// Counts; where novelties are equal, the earlier case counts as the nearer one.
  init(_ cases: [Case]) {
    self.cases = cases
    let order = cases.indices.sorted { (cases[$0].novelty, $0) < (cases[$1].novelty, $1) }
    var thirds = [Int](repeating: 0, count: cases.count)
    for (rank, index) in order.enumerated() { thirds[index] = 3 * rank / cases.count }
    self.thirds = thirds
  }

  /// Counts predictions of spectra whose properties are known.
  public init(_ predictions: [SpectrumPrediction]) {
    self.init(
      predictions.map { prediction in
        // Beyond the largest distance among the references novelty is 1 for all.
        var entry = Case(novelty: prediction.nearest?.distance ?? 0)
        for property in MaterialProperty.allCases where !prediction.expected[property].isNaN {
          let estimate = prediction.estimates[property.rawValue]
          let error = prediction.error(property).magnitude
          entry[property] = Within(
            interval68: error <= estimate.halfWidth68, interval95: error <= estimate.halfWidth95)
        }
        return entry
      })
  }

  /// The share of the values of a property, or of all, in the intervals.
  ///
  /// - Parameters:
  ///   - property: nil for all values of all properties together.
  ///   - third: 0 for the third of the spectra nearest to the references, 2 for the farthest; nil
  ///     for all spectra.
  public func share(_ property: MaterialProperty?, third: Int? = nil) -> Share {
    let chosen = cases.indices.filter { third == nil || thirds[$0] == third }
    let properties = property.map { [$0] } ?? MaterialProperty.allCases
    return Share(chosen.flatMap { index in properties.compactMap { cases[index][$0] } })
  }

  /// The table as the model card has it; properties that no spectrum has are left out.
  var cardEntries: [ModelCard.Coverage] {
    ([nil] + MaterialProperty.allCases.map { $0 }).compactMap { property in
      func entry(_ share: Share) -> ModelCard.Coverage.Share {
        ModelCard.Coverage.Share(
          count: share.count, within_68: share.within68, within_95: share.within95)
      }
      let shares = (0..<3).map { share(property, third: $0) }
      // No number of a card may be NaN.
      guard shares.allSatisfy({ $0.count > 0 }) else { return nil }
      return ModelCard.Coverage(
        property: property.map { "\($0.name)" } ?? "all", overall: entry(share(property)),
        thirds: shares.map(entry))
    }
  }
}
