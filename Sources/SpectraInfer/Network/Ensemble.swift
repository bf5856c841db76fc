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
  let widestLayer: Int
  let shapes: Storage<LayerShape>
  private let parameters: Storage<Float>
  /// The weights once more, [out][padded in]: the way back takes rows of active units from it.
  let backwardWeights: Storage<Float>
  let kernel: spectra_kernel

  /// - Parameters:
  ///   - shapes: `memberCount` times the layers of a member, all members of one architecture.
  ///   - parameters: as `LayerShape` says.
  /// - Throws: `.memory` where the allocation of the second copy is refused.
  init(
    memberCount: Int, shapes: consuming Storage<LayerShape>, parameters: consuming Storage<Float>
  ) throws(SpectraError) {
    backwardWeights = try Self.backward(&shapes, parameters)
    self.memberCount = memberCount
    layersPerMember = shapes.count / memberCount
    inputCount = shapes.span[0].inputCount
    outputCount = shapes.span[shapes.count - 1].outputCount
    var widest = LayerShape.padded(inputCount)
    for index in shapes.span.indices { widest = max(widest, shapes.span[index].paddedCount) }
    widestLayer = widest
    self.shapes = shapes
    self.parameters = parameters
    kernel = spectra_kernel_best()
  }

  /// Regions of hidden outputs that a run fills, one for each layer but the last.
  var hiddenLayerCount: Int { max(1, layersPerMember - 1) }

  /// Floats from the outputs of one row to those of the next.
  var outputStride: Int { LayerShape.padded(outputCount) }

  /// Runs one member on `rows` spectra.
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
              unsafe spectra_kernel_multiply(
                kernel, rows, shape.paddedCount, shape.inputCount, from, widestLayer,
                weights + shape.weights, shape.paddedCount, weights + shape.bias, to,
                isLast ? outputStride : widestLayer, shape.rectified)
              unsafe from = UnsafePointer(to)
            }
          }
        }
      }
    }
  }

  /// Copies all weights to [out][padded in], and tells each layer where its copy is.
  private static func backward(
    _ shapes: inout Storage<LayerShape>, _ parameters: borrowing Storage<Float>
  ) throws(SpectraError) -> Storage<Float> {
    var layers = shapes.mutableSpan
    var count = 0
    for index in layers.indices {
      layers[index].backward = count
      count += layers[index].outputCount * layers[index].paddedInputCount
    }
    var copy = try Storage<Float>(repeating: 0, count: count)
    var target = copy.mutableSpan
    for index in layers.indices { layers[index].copyBackward(parameters, into: &target) }
    return copy
  }
}

extension LayerShape {
  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  fileprivate func copyBackward(
    _ parameters: borrowing Storage<Float>, into target: inout MutableSpan<Float>
  ) {
    let source = parameters.span
    for output in 0..<outputCount {
      for input in 0..<inputCount {
        target[backward + output * paddedInputCount + input] =
          source[weights + input * paddedCount + output]
      }
    }
  }
}
