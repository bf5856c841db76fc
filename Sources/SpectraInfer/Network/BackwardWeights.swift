internal import CKernels

/// The weights of an ensemble once more, as the way back through the networks takes them: rows of
/// active units, in 12 bits with a scale for each unit.
///
/// The way back gives the part of a measurement's noise that reaches a property, which is known to some
/// per cent. Whole numbers of few bits are exact within a ten-thousandth or so of that, take a
/// quarter of the memory of the weights, which thus stay in the second-level cache together, and are
/// multiplied two at a time.
struct BackwardWeights: ~Copyable {
  /// Of the layers but the last: [member][layer][out][padded in].
  let rows: Storage<Int16>
  /// What a row is multiplied by: [member][layer][out].
  let scales: Storage<Float>
  /// The gradients of the outputs by the units of the last hidden layer, times the scales of these,
  /// rounded: [member][unit][8].
  let outputs: Storage<Int16>
  /// Their scales: [member][8].
  let outputScales: Storage<Float>

  // The whole numbers of a gradient, as spectra_quantize_gradient() has them.
  private static let largest: Float = 4095
  private static let smallest: Float = 1e-30
  static let laneCount = Int(SPECTRA_GRADIENT_LANES)

  /// Of networks that no gradient is asked of.
  ///
  /// - Throws: `.memory`, as any allocation may.
  init() throws(SpectraError) {
    let rows = try Storage<Int16>(repeating: 0, count: 0)
    let scales = try Storage<Float>(repeating: 0, count: 0)
    let outputs = try Storage<Int16>(repeating: 0, count: 0)
    let outputScales = try Storage<Float>(repeating: 0, count: 0)
    self.rows = rows
    self.scales = scales
    self.outputs = outputs
    self.outputScales = outputScales
  }

  /// Rounds all weights, and tells each layer where its rows are.
  ///
  /// - Throws: `.memory` where an allocation is refused.
  init(
    memberCount: Int, _ shapes: inout Storage<LayerShape>, _ parameters: borrowing Storage<Float>
  ) throws(SpectraError) {
    let layerCount = shapes.count / memberCount
    let lastUnits = shapes.span[layerCount - 1].inputCount
    var layers = shapes.mutableSpan
    var (weightCount, unitCount) = (0, 0)
    for index in layers.indices where index % layerCount < layerCount - 1 {
      (layers[index].backward, layers[index].scales) = (weightCount, unitCount)
      weightCount += layers[index].outputCount * layers[index].backwardStride
      unitCount += layers[index].outputCount
    }
    var rows = try Storage<Int16>(repeating: 0, count: weightCount)
    var scales = try Storage<Float>(repeating: 0, count: unitCount)
    let isDeep = layerCount > 1
    var outputs = try Storage<Int16>(
      repeating: 0, count: isDeep ? memberCount * lastUnits * Self.laneCount : 0)
    var outputScales = try Storage<Float>(
      repeating: 0, count: isDeep ? memberCount * Self.laneCount : 0)
    for index in layers.indices where index % layerCount < layerCount - 1 {
      Self.round(layers[index], parameters, into: &rows, &scales)
    }
    if isDeep {
      for member in 0..<memberCount {
        let last = member * layerCount + layerCount - 1
        Self.round(
          outputsOf: layers[last], below: layers[last - 1], parameters, scales, member: member,
          into: &outputs, &outputScales)
      }
    }
    self.rows = rows
    self.scales = scales
    self.outputs = outputs
    self.outputScales = outputScales
  }

  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  private static func round(
    _ shape: LayerShape, _ parameters: borrowing Storage<Float>,
    into rows: inout Storage<Int16>, _ scales: inout Storage<Float>
  ) {
    let source = parameters.span
    var target = rows.mutableSpan
    var own = scales.mutableSpan
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for unit in 0..<shape.outputCount {
          own[shape.scales + unit] = unsafe spectra_quantize_weights(
            shape.inputCount, source + shape.weights + unit, shape.weightStride,
            target + shape.backward + unit * shape.backwardStride)
        }
      }
    }
  }

  /// The last layer's weights, of which only those of active units count.
  private static func round(
    outputsOf shape: LayerShape, below: LayerShape, _ parameters: borrowing Storage<Float>,
    _ unitScales: borrowing Storage<Float>, member: Int, into outputs: inout Storage<Int16>,
    _ scales: inout Storage<Float>
  ) {
    let (weights, factors) = (parameters.span, unitScales.span)
    var table = outputs.mutableSpan
    var own = scales.mutableSpan
    func value(_ unit: Int, _ output: Int) -> Float {
      weights[shape.weights + unit * shape.weightStride + output] * factors[below.scales + unit]
    }
    for output in 0..<shape.outputCount {
      var size: Float = 0
      for unit in 0..<shape.inputCount {
        let magnitude = value(unit, output).magnitude
        // Written so that what is not finite stays.
        if !(magnitude <= size) { size = magnitude }
      }
      let place = member * laneCount + output
      guard size.isFinite else {
        own[place] = .nan
        continue
      }
      guard size >= smallest else { continue }
      own[place] = size / largest
      for unit in 0..<shape.inputCount {
        let rounded = (value(unit, output) * (largest / size)).rounded(.toNearestOrEven)
        table[(member * shape.inputCount + unit) * laneCount + output] = Int16(rounded)
      }
    }
  }
}
