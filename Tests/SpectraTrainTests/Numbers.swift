import SpectraTrain

/// A matrix of independent normal numbers.
func normalMatrix(rows: Int, columns: Int, seed: UInt64, scale: Double = 1) -> Matrix {
  var generator = SeededGenerator(seed: seed)
  return Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { _ in Float(scale * generator.normal()) })
}

/// All parameters one after the other: weights and bias of the first layer, of the second, ...
func flat(_ layers: [DenseParameters]) -> [Float] {
  layers.flatMap { $0.weights + $0.bias }
}

/// The layers of `shape` with the parameters `values`, in the order of `flat(_:)`.
func layers(shapedAs shape: [DenseParameters], _ values: [Float]) -> [DenseParameters] {
  var rest = values[...]
  return shape.map { layer in
    let weights = rest.prefix(layer.weights.count)
    rest = rest.dropFirst(weights.count)
    let bias = rest.prefix(layer.bias.count)
    rest = rest.dropFirst(bias.count)
    return DenseParameters(
      inputs: layer.inputs, outputs: layer.outputs, weights: Array(weights), bias: Array(bias))
  }
}

/// The largest difference between two lists of one length, relative to 1 or to the expected number.
func largestError(_ actual: [Float], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).reduce(0) { worst, pair in
    let error = abs(Double(pair.0) - pair.1) / max(1, abs(pair.1))
    return error.isNaN ? .infinity : max(worst, error)
  }
}
