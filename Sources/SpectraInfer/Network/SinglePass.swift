/// Where one spectrum goes through the networks alone: addresses in a workspace, which must live as
/// long.
@unsafe
struct SinglePass {
  /// The scaled features.
  let input: UnsafePointer<Float>
  /// The outputs of the layer at hand, [widestLayer].
  let hidden: UnsafeMutablePointer<Float>
  /// The outputs of the members, [member][outputStride].
  let outputs: UnsafeMutablePointer<Float>
  /// The numbers of the active units of each layer, [layer][unitStride].
  let units: UnsafeMutablePointer<UInt32>
  /// The outputs of the active units of the layer at hand, [unitStride].
  let values: UnsafeMutablePointer<Float>
  /// The gradients of the properties by the scaled features, summed over the members:
  /// [6][gradientStride].
  let gradient: UnsafeMutablePointer<Float>
  /// Their gradients by the units of the layer at hand, and eight scales: [backwardCount].
  let backward: UnsafeMutablePointer<Float>
  /// The same rounded, of active units, [pairCount].
  let pairs: UnsafeMutablePointer<Int16>
}
