import Foundation
import SpectraInfer

/// A number with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite else { return "-" }
  return String(format: "%.\(decimals)f", value)
}

/// A number with as many digits as it needs: "0", "0.001".
func short(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// A share of 0 to 1 in percent, without decimals.
func percent(_ share: Double) -> String {
  share.isFinite ? fixed(100 * share, 0) + " %" : "-"
}

/// A time as a person says it: "40 s", "12 min", "1 h 05 min".
func duration(_ seconds: Double) -> String {
  let whole = Int(min(seconds, 1e9).rounded(.up))
  let minutes = (whole + 30) / 60
  if whole < 100 { return "\(whole) s" }
  if minutes < 60 { return "\(minutes) min" }
  let rest = minutes % 60
  return "\(minutes / 60) h \(rest < 10 ? "0" : "")\(rest) min"
}

/// A number before its noun.
func counted(_ number: Int, _ one: String, _ many: String) -> String {
  number == 1 ? "1 \(one)" : "\(number) \(many)"
}

extension MaterialProperty {
  /// Decimals that show a hundredth of the property's spread in the database.
  var decimals: Int {
    switch self {
    case .bondLength, .overlapPopulation, .mullikenCharge: 4
    case .bondAngle: 1
    case .voronoiVolume, .excitationEnergy: 2
    }
  }

  /// Words for a person.
  var title: String {
    switch self {
    case .bondLength: "bond length"
    case .bondAngle: "bond angle"
    case .voronoiVolume: "Voronoi volume"
    case .overlapPopulation: "overlap population"
    case .mullikenCharge: "Mulliken charge"
    case .excitationEnergy: "excitation energy"
    }
  }
}
