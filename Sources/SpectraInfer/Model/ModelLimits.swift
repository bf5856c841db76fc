/// The largest sizes that a model file may ask for; far above any sensible model, and small enough
/// that no product of them overflows.
enum ModelLimits {
  static let fileBytes = 128 << 20
  static let features = 2...4096
  static let members = 1...64
  static let layers = 1...16
  static let layerWidth = 1...8192
  static let references = 0...1_000_000
  static let identifierBytes = 1...255
  static let energy = -1e6...1e6
}
