/// The largest sizes that a model file may ask for; far above any sensible model, and small enough
/// that no product of them overflows.
package enum ModelLimits {
  package static let fileBytes = 128 << 20
  package static let features = 2...4096
  package static let members = 1...64
  package static let layers = 1...16
  package static let layerWidth = 1...8192
  package static let references = 0...100_000
  /// Numbers of groups of materials.
  package static let groups = 0...999_999_999
  /// Distances that quantiles of errors are given at.
  package static let quantileDistances = 1...16
  /// What the networks of the reference domain may have to exceed.
  package static let domainLevel = -1e6...1e6
  /// Levels of objects and arrays in each other.
  package static let depth = 32
  /// Objects, arrays, strings, numbers and literals together: what bounds the memory for reading.
  package static let values = 1_000_000
  /// Objects and arrays.
  package static let containers = 200_000
  package static let identifierBytes = 1...255
  package static let energy = -1e6...1e6
}
