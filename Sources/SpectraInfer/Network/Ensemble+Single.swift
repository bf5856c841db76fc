internal import CKernels

extension Ensemble {
  /// Numbers of units of one layer, with room for a vector more.
  var unitStride: Int { widestLayer + 16 }
  /// Floats from the gradient of one property to that of the next.
  var gradientStride: Int { LayerShape.padded(inputCount, to: 32) }
  var gradientCount: Int { Int(SPECTRA_GRADIENT_COUNT) * gradientStride }
  /// Floats of scratch for the way back: gradients at a layer, and their scales.
  var backwardCount: Int { Int(SPECTRA_GRADIENT_COUNT) * backwardStride + scaleCount }
  /// Whole numbers of scratch for it.
  var pairCount: Int { (widestLayer + 2) * Int(SPECTRA_GRADIENT_LANES) }
  private var backwardStride: Int { LayerShape.padded(widestLayer, to: 32) }
  private var scaleCount: Int { Int(SPECTRA_GRADIENT_LANES) }
  /// The hidden layers of the largest member; as a type cannot name `ModelLimits.layers`.
  private typealias PerLayer = InlineArray<16, Int>

  /// Runs one member on one spectrum, there and, where the gradients are wanted, back.
  ///
  /// From the second layer on, rows of weights of inputs that are zero are not read: with rectifiers
  /// these are half or more. Outputs have the bits that they have in a batch.
  ///
  /// - Complexity: O(weights of the active units), six times as much for the way back.
  @unsafe
  func runAlone(member: Int, _ pass: SinglePass, withGradients: Bool) {
    var counts = PerLayer(repeating: 0)
    let weights = unsafe parameters.start.assumingMemoryBound(to: Float.self)
    for layer in 0..<layersPerMember {
      let shape = shapes.span[member * layersPerMember + layer]
      let isLast = layer == layersPerMember - 1
      let target = unsafe isLast ? pass.outputs + member * outputStride : pass.hidden
      if layer == 0 {
        unsafe spectra_kernel_multiply(
          kernel, 1, shape.paddedCount, shape.inputCount, pass.input, shape.inputCount,
          weights + shape.weights, shape.weightStride, weights + shape.bias, target,
          shape.paddedCount, shape.rectified)
      } else {
        unsafe spectra_kernel_rows(
          kernel, shape.paddedCount, counts[layer - 1], pass.units + (layer - 1) * unitStride,
          pass.values, weights + shape.weights, shape.weightStride, weights + shape.bias, target,
          shape.rectified)
      }
      if !isLast {
        let units = unsafe pass.units + layer * unitStride
        var count = unsafe spectra_kernel_compact(
          kernel, shape.paddedCount, target, units, pass.values)
        // An infinite input makes NaN of the padding too, and NaN is not zero: it has no weights.
        while count > 0, unsafe units[count - 1] >= UInt32(shape.outputCount) { count -= 1 }
        counts[layer] = count
      }
    }
    if withGradients { unsafe addGradient(member: member, pass, active: &counts) }
  }

  /// Adds the gradients of one member's outputs by its inputs to a sum; member 0 starts it.
  ///
  /// Reverse-mode differentiation: from the outputs down, layer by layer, all outputs at once. Units
  /// that the rectifier holds at zero pass nothing on.
  @unsafe
  private func addGradient(member: Int, _ pass: SinglePass, active counts: inout PerLayer) {
    let lastHidden = layersPerMember - 2
    if lastHidden < 0 {
      unsafe addWeights(member: member, to: pass.gradient)
      return
    }
    let rows = unsafe backwardWeights.rows.start.assumingMemoryBound(to: Int16.self)
    let unitScales = unsafe backwardWeights.scales.start.assumingMemoryBound(to: Float.self)
    let table = unsafe backwardWeights.outputs.start.assumingMemoryBound(to: Int16.self)
    let tableScales = unsafe backwardWeights.outputScales.start.assumingMemoryBound(to: Float.self)
    for layer in stride(from: lastHidden, through: 0, by: -1) {
      let shape = shapes.span[member * layersPerMember + layer]
      let units = unsafe pass.units + layer * unitStride
      if !shape.rectified {
        // Those that happen to be zero pass on what they get.
        counts[layer] = shape.outputCount
        for unit in 0..<shape.outputCount { unsafe units[unit] = UInt32(unit) }
      }
      var scales = unsafe pass.backward + Int(SPECTRA_GRADIENT_COUNT) * backwardStride
      if layer == lastHidden {
        unsafe spectra_pair_gradient(
          table + member * shape.outputCount * BackwardWeights.laneCount, counts[layer], units,
          pass.pairs)
        unsafe scales = tableScales + member * BackwardWeights.laneCount
      } else {
        unsafe spectra_quantize_gradient(
          kernel, shape.outputCount, unitScales + shape.scales, pass.backward, backwardStride,
          counts[layer], units, pass.pairs, scales)
      }
      let isFirst = layer == 0
      unsafe spectra_kernel_back(
        kernel, shape.backwardStride, counts[layer], units, pass.pairs, scales,
        rows + shape.backward, shape.backwardStride, isFirst && member > 0,
        isFirst ? pass.gradient : pass.backward, isFirst ? gradientStride : backwardStride)
    }
  }

  /// The gradients of networks of one layer, which are its weights.
  @unsafe
  private func addWeights(member: Int, to gradient: UnsafeMutablePointer<Float>) {
    let shape = shapes.span[member]
    let weights = parameters.span
    for output in 0..<outputCount {
      for input in 0..<inputCount {
        let place = output * gradientStride + input
        let start = unsafe member == 0 ? 0 : gradient[place]
        unsafe gradient[place] =
          start + weights[shape.weights + input * shape.weightStride + output]
      }
    }
  }
}
