/// Whether paired differences are above zero by more than chance: a sign-flip permutation test over
/// groups.
///
/// Sites of one material are alike, so that their differences are not independent: they are added
/// up, and each group has one sign. If neither of the two methods were better, each sign would be as
/// likely as the other (Fisher, The Design of Experiments, 1935, section 21); the probability that
/// a sum at least as large as the one seen comes about so is the p-value. It needs no distribution
/// of the differences, which have heavy tails; a rank test would weigh a group with one spectrum as
/// one with twenty.
public struct PairedTest: Sendable, Equatable {
  /// At this number of groups and below, all signs are tried.
  private static let exactGroupCount = 14
  private static let drawCount = 9999

  /// Number of groups.
  public let groupCount: Int
  /// Mean of the differences.
  public let meanDifference: Double
  /// Probability of so large a mean where none of the two is better; at least 1 / 2^groups. NaN
  /// without differences.
  public let pValue: Double

  /// Tests whether the mean is above zero.
  ///
  /// - Parameters:
  ///   - differences: error of the one method less that of the other.
  ///   - groups: the group of each difference.
  ///   - seed: what the signs are drawn from where there are too many to try all.
  public init(_ differences: [Double], groups: [String], seed: UInt64) {
    precondition(differences.count == groups.count, "Each difference needs a group.")
    var sums: [Double] = []
    var places: [String: Int] = [:]
    for (difference, group) in zip(differences, groups) {
      if let place = places[group] {
        sums[place] += difference
      } else {
        places[group] = sums.count
        sums.append(difference)
      }
    }
    let seen = sums.reduce(0, +)
    groupCount = sums.count
    meanDifference = seen / Double(differences.count)
    guard !sums.isEmpty else {
      pValue = .nan
      return
    }
    // Sums in another order differ by rounding.
    let limit = seen - 1e-12 * sums.reduce(0) { $0 + $1.magnitude }
    if sums.count <= Self.exactGroupCount {
      let all = 1 << sums.count
      let extreme = (0..<all).count { signs in
        Self.sum(sums, signs: UInt64(signs)) >= limit
      }
      pValue = Double(extreme) / Double(all)
    } else {
      var generator = SeededGenerator(seed: seed)
      let extreme = (0..<Self.drawCount).count { _ in
        var total = 0.0
        for start in stride(from: 0, to: sums.count, by: 64) {
          let part = Array(sums[start..<min(start + 64, sums.count)])
          total += Self.sum(part, signs: generator.next())
        }
        return total >= limit
      }
      // The signs that were seen count as one draw.
      pValue = Double(extreme + 1) / Double(Self.drawCount + 1)
    }
  }

  private static func sum(_ sums: [Double], signs: UInt64) -> Double {
    var total = 0.0
    for (index, value) in sums.enumerated() {
      total += signs >> UInt64(index) & 1 == 0 ? value : -value
    }
    return total
  }
}
