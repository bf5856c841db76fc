/// Spectra dealt into folds, from which the splits of a cross-validation are made.
///
/// The spectra, or the groups of spectra, are put in a random order that depends on the seed alone.
/// Single spectra are dealt one to a fold in turn. Groups are dealt largest first, each to the fold
/// that has the fewest spectra by then, so that the folds differ little in size although no group
/// is divided. Which fold is the first is drawn as well.
public struct Folds: Sendable, Equatable {
  /// Number of folds.
  public let count: Int
  /// The fold of each spectrum; nil for one that is held out, which is in every test part.
  public let assignment: [Int?]

  /// Deals the spectra into folds.
  ///
  /// - Parameters:
  ///   - groups: the group of each spectrum.
  ///   - rule: whether spectra or whole groups are dealt.
  ///   - count: the number of folds, at least three: training, validation and test.
  ///   - seed: what the random order comes from.
  ///   - heldOut: groups that belong to no fold, but to every test part.
  public init(
    groups: [String], rule: SplitRule, count: Int = 10, seed: UInt64, heldOut: Set<String> = []
  ) {
    precondition(count >= 3, "Training, validation and test parts need three folds.")
    self.count = count
    let spectra = groups.indices.filter { !heldOut.contains(groups[$0]) }
    var assignment: [Int?] = Array(repeating: nil, count: groups.count)
    var generator = SeededGenerator(seed: seed)
    var units: [[Int]]
    switch rule {
    case .spectrum: units = spectra.map { [$0] }
    case .group: units = Self.units(of: spectra, groups: groups)
    }
    generator.shuffle(&units)
    var sizes = Array(repeating: 0, count: count)
    for unit in Self.largestFirst(units) {
      let smallest = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
      for spectrum in unit { assignment[spectrum] = smallest }
      sizes[smallest] += unit.count
    }
    // Dealt largest first, the largest group is always in fold 0; which fold is which is drawn too.
    var names = Array(0..<count)
    generator.shuffle(&names)
    self.assignment = assignment.map { $0.map { names[$0] } }
  }

  /// The split whose test part is `fold` and whose validation part is the fold after it.
  public func split(fold: Int) -> Split {
    split(test: fold, validation: (fold + 1) % count)
  }

  /// The split of member `member` of an ensemble that is tested on `fold`.
  ///
  /// Each member has a validation fold of its own, `fold + 1 + member` counted around without the
  /// test fold, and all other folds for training: together the members learn from everything but
  /// the test part, which is the same for all. Member 0 has the split `split(fold:)`; after `count
  /// - 1` members the validation folds come again.
  public func split(fold: Int, member: Int) -> Split {
    precondition(member >= 0, "The members of an ensemble are counted from 0.")
    return split(test: fold, validation: (fold + 1 + member % (count - 1)) % count)
  }

  /// The split of member `member` of an ensemble that has seen neither `fold` nor what `kept` keeps
  /// back: the spectra of `fold` are its test part, and those of `kept` are in no part. Spectra that
  /// are held out are in none either.
  ///
  /// The validation folds are counted around from `fold` on, without `fold`, `kept` and empty ones;
  /// nil where there is none, or nothing is left to learn from.
  package func split(fold: Int, without kept: Int?, member: Int) -> Split? {
    let others = (1..<count).map { (fold + $0) % count }
      .filter { $0 != kept && assignment.contains($0) }
    guard fold != kept, others.count >= 2 else { return nil }
    let validation = others[member % others.count]
    let spectra = assignment.indices
    return Split(
      training: spectra.filter { index in
        assignment[index].map { others.contains($0) && $0 != validation } ?? false
      },
      validation: spectra.filter { assignment[$0] == validation },
      test: spectra.filter { assignment[$0] == fold })
  }

  /// The same folds with fewer groups to learn from: all of `fold`, and a share of the groups in the
  /// others, the rest of which is held out.
  ///
  /// Which groups those are comes from `seed` and `fold`; of two shares the larger one has all groups
  /// of the smaller. At least one is left, and with a share of 1 all are.
  package func thinned(
    to share: Double, outside fold: Int, groups: [String], seed: UInt64
  ) -> Folds {
    precondition(share > 0 && share <= 1, "A share lies above 0 and at most at 1.")
    var others: [String] = []
    for (group, own) in zip(groups, assignment) where own != nil && own != fold {
      if !others.contains(group) { others.append(group) }
    }
    // Far from the streams of the networks.
    var generator = SeededGenerator(seed: seed).stream(UInt64(3000 + fold))
    generator.shuffle(&others)
    let kept = Set(others.prefix(max(1, Int((share * Double(others.count)).rounded()))))
    return Folds(
      count: count,
      assignment: zip(groups, assignment).map { group, own in
        own == fold || kept.contains(group) ? own : nil
      })
  }

  /// The spectra of a fold; what is held out is in none.
  func spectra(of fold: Int) -> [Int] { assignment.indices.filter { assignment[$0] == fold } }

  /// The spectra of all other folds.
  func spectra(outside fold: Int) -> [Int] {
    assignment.indices.filter { assignment[$0].map { $0 != fold } ?? false }
  }

  private init(count: Int, assignment: [Int?]) {
    self.count = count
    self.assignment = assignment
  }

  private func split(test: Int, validation: Int) -> Split {
    precondition(test >= 0 && test < count, "There is no such fold.")
    let spectra = assignment.indices
    return Split(
      training: spectra.filter { index in
        assignment[index].map { $0 != test && $0 != validation } ?? false
      },
      validation: spectra.filter { assignment[$0] == validation },
      test: spectra.filter { assignment[$0] == test || assignment[$0] == nil })
  }

  /// The spectra of each group, in the order in which the groups first occur.
  private static func units(of spectra: [Int], groups: [String]) -> [[Int]] {
    var units: [[Int]] = []
    var unitOfGroup: [String: Int] = [:]
    for spectrum in spectra {
      if let unit = unitOfGroup[groups[spectrum]] {
        units[unit].append(spectrum)
      } else {
        unitOfGroup[groups[spectrum]] = units.count
        units.append([spectrum])
      }
    }
    return units
  }

  /// By decreasing size, and those of one size in the order that they have.
  private static func largestFirst(_ units: [[Int]]) -> [[Int]] {
    units.enumerated()
      .sorted { (-$0.element.count, $0.offset) < (-$1.element.count, $1.offset) }
      .map(\.element)
  }
}
