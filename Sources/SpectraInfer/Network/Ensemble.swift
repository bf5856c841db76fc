internal import CKernels

/// The networks of a model: dense layers with ReLU between them (Kiyohara et al. 2019, section
/// 2.3).
///
/// All weights are one block of memory, all shapes another. Every output is the bias plus the
/// products with the inputs in the order of their index, each step one fused multiply-add; so the
/// bits are the same for one spectrum and for many, and on every processor.
struct Ensemble: ~Copyable {
  let memberCount: Int
  let layersPerMember: Int
  let inputCount: Int
  let outputCount: Int
  /// Floats from one row of inputs or hidden outputs to the next: at least the widest layer's.
  private(set) var widestLayer: Int
  let shapes: Storage<LayerShape>
  let parameters: Storage<Float>
  /// The weights once more, for the way back.
  let backwardWeights: BackwardWeights
  let kernel: spectra_kernel

  /// - Parameters:
  ///   - shapes: `memberCount` times the layers of a member, all members of one architecture.
  ///   - parameters: as `LayerShape` says.
  ///   - hasWayBack: whether gradients will be asked for, which takes a second copy of the weights.
  ///   - kernel: what all products are computed with.
  /// - Throws: `.memory` where the allocation of the second copy is refused.
  init(
    memberCount: Int, shapes: consuming Storage<LayerShape>, parameters: consuming Storage<Float>,
    hasWayBack: Bool = true, kernel: spectra_kernel
  ) throws(SpectraError) {
    let backwardWeights =
      hasWayBack
      ? try BackwardWeights(memberCount: memberCount, &shapes, parameters)
      : try BackwardWeights()
    self.backwardWeights = backwardWeights
    self.memberCount = memberCount
    layersPerMember = shapes.count / memberCount
    inputCount = shapes.span[0].inputCount
    outputCount = shapes.span[shapes.count - 1].outputCount
    var widest = LayerShape.padded(inputCount)
    for index in shapes.span.indices { widest = max(widest, shapes.span[index].paddedCount) }
    widestLayer = widest
    self.shapes = shapes
    self.parameters = parameters
    self.kernel = kernel
  }

  /// No network.
  ///
  /// - Throws: `.memory`, as any allocation may.
  init(noneOn kernel: spectra_kernel) throws(SpectraError) {
    let backwardWeights = try BackwardWeights()
    let shapes = try Storage<LayerShape>(repeating: .none, count: 0)
    let parameters = try Storage<Float>(repeating: 0, count: 0)
    self.backwardWeights = backwardWeights
    self.shapes = shapes
    self.parameters = parameters
    (memberCount, layersPerMember, inputCount, outputCount, widestLayer) = (0, 0, 0, 0, 0)
    self.kernel = kernel
  }

  /// Puts rows as far apart as those of networks that see the same inputs.
  mutating func widen(to width: Int) { widestLayer = max(widestLayer, width) }

  /// Regions of hidden outputs that a run fills, one for each layer but the last.
  var hiddenLayerCount: Int { max(1, layersPerMember - 1) }

  /// Floats from the outputs of one row to those of the next.
  var outputStride: Int { LayerShape.padded(outputCount) }

  /// Runs one member on `rows` spectra together.
  ///
  /// From the second layer on, products with inputs that are zero are left out where they are many,
  /// as with rectifiers; this changes no bit.
  ///
  /// - Parameters:
  ///   - input: [rows][widestLayer], scaled features; preserved.
  ///   - hidden: receives the outputs of the layers but the last, [layer][rows][widestLayer].
  ///   - output: receives [rows][outputStride].
  func run(
    member: Int, rows: Int, input: Span<Float>, hidden: inout MutableSpan<Float>,
    into output: inout MutableSpan<Float>
  ) {
    let weights = parameters.span
    unsafe input.withUnsafeBufferPointer { input in
      unsafe weights.withUnsafeBufferPointer { weights in
        unsafe hidden.withUnsafeMutableBufferPointer { hidden in
          unsafe output.withUnsafeMutableBufferPointer { output in
            guard let source = input.baseAddress, let weights = weights.baseAddress,
              let scratch = hidden.baseAddress, let target = output.baseAddress
            else { return }
            let size = rows * widestLayer
            var from = unsafe source
            for layer in 0..<layersPerMember {
              let shape = shapes.span[member * layersPerMember + layer]
              let isLast = layer == layersPerMember - 1
              let to = unsafe isLast ? target : scratch + layer * size
              let multiply =
                unsafe layer == 0 ? spectra_kernel_multiply : spectra_kernel_multiply_sparse
              unsafe multiply(
                kernel, rows, LayerShape.padded(shape.outputCount, to: 8), shape.inputCount, from,
                widestLayer, weights + shape.weights, shape.weightStride, weights + shape.bias, to,
                isLast ? outputStride : widestLayer, shape.rectified)
              unsafe from = UnsafePointer(to)
            }
          }
        }
      }
    }
  }
}
