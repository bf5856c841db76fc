/// A reference spectrum near a measured one.
public struct Neighbor: Sendable, Equatable, BitwiseCopyable {
  /// Index in the model's references.
  public var reference: Int
  /// Euclidean distance of the prepared intensities over the square root of their number.
  public var distance: Double

  package init(reference: Int, distance: Double) {
    self.reference = reference
    self.distance = distance
  }
}
