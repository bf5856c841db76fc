internal import CKernels

extension Ensemble {
  /// Floats from the gradient of one property to that of the next, and of one row.
  var gradientStride: Int { LayerShape.padded(inputCount) }
  var gradientCount: Int { Int(SPECTRA_GRADIENT_COUNT) * gradientStride }
  /// Floats of scratch for one way back: gradients at a layer, and those of its active units.
  var backwardCount: Int { 2 * Int(SPECTRA_GRADIENT_COUNT) * widestLayer }

  /// Adds the gradients of one member's outputs by its inputs, those of `run`, to a sum.
  ///
  /// Reverse-mode differentiation: from the outputs down, layer by layer, all outputs at once. Units
  /// that the rectifier holds at zero pass nothing on, and their weights are not read. The terms
  /// are added in a fixed order, so that the bits are the same for one spectrum and for many.
  ///
  /// - Parameters:
  ///   - hidden: what the run of this member on one spectrum left, [layer][widestLayer].
  ///   - output: the run's outputs, [outputStride].
  ///   - scratch: `backwardCount` floats.
  ///   - units: scratch, `widestLayer` numbers.
  ///   - gradient: the sum, [6][gradientStride], by the scaled features; member 0 starts it.
  /// - Complexity: O(6 x weights of the active units).
  func addGradient(
    member: Int, hidden: Span<Float>, output: Span<Float>,
    scratch: inout MutableSpan<Float>, units: inout MutableSpan<UInt32>,
    into gradient: inout MutableSpan<Float>
  ) {
    let half = Int(SPECTRA_GRADIENT_COUNT) * widestLayer
    // The gradient of output i by output j is 1 where they are the same.
    for one in 0..<outputCount {
      for other in 0..<outputCount { scratch[one * widestLayer + other] = one == other ? 1 : 0 }
    }
    let weights = backwardWeights.span
    unsafe weights.withUnsafeBufferPointer { weights in
      unsafe hidden.withUnsafeBufferPointer { hidden in
        unsafe output.withUnsafeBufferPointer { output in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe units.withUnsafeMutableBufferPointer { units in
              unsafe gradient.withUnsafeMutableBufferPointer { gradient in
                guard let weights = weights.baseAddress, let hidden = hidden.baseAddress,
                  let output = output.baseAddress, let above = scratch.baseAddress,
                  let units = units.baseAddress, let target = gradient.baseAddress
                else { return }
                let active = unsafe above + half
                for layer in stride(from: layersPerMember - 1, through: 0, by: -1) {
                  let shape = shapes.span[member * layersPerMember + layer]
                  let outputs =
                    unsafe layer == layersPerMember - 1
                    ? output : UnsafePointer(hidden + layer * widestLayer)
                  let count = unsafe spectra_active_units(
                    shape.outputCount, shape.rectified ? outputs : nil, above, widestLayer, units,
                    active)
                  unsafe spectra_kernel_gather(
                    kernel, shape.paddedInputCount, count, units, active, weights + shape.backward,
                    shape.paddedInputCount, layer == 0 && member > 0, layer == 0 ? target : above,
                    layer == 0 ? gradientStride : widestLayer)
                }
              }
            }
          }
        }
      }
    }
  }
}
