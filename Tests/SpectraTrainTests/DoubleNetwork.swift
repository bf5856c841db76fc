import SpectraTrain

/// A network in double precision, written once more and apart from the code under test: the error
/// of a batch, unit by unit.
struct DoubleNetwork {
  let shape: [DenseParameters]
  let features: Matrix
  let targets: Matrix
  /// Factors of the units of the hidden layers that are dropped from, `[layer][row][unit]`.
  var factors: [[[Double]]] = []

  /// Outputs of each layer before rectifier and factor, `[layer][row][unit]`.
  func sums(_ parameters: [Double]) -> [[[Double]]] {
    var signal = (0..<features.rows).map { features.row($0).map { Double($0) } }
    var sums: [[[Double]]] = []
    var first = 0
    for (index, layer) in shape.enumerated() {
      let weights = first
      let bias = weights + layer.inputs * layer.outputs
      first = bias + layer.outputs
      let sum = signal.map { input in
        (0..<layer.outputs).map { output in
          input.indices.reduce(parameters[bias + output]) { sum, i in
            sum + parameters[weights + output * layer.inputs + i] * input[i]
          }
        }
      }
      sums.append(sum)
      signal = sum.enumerated().map { row, units in
        units.enumerated().map { unit, value in
          max(0, value) * (index < factors.count ? factors[index][row][unit] : 1)
        }
      }
    }
    return sums
  }

  /// The mean absolute error over the known targets.
  func error(_ parameters: [Double]) -> Double {
    var (total, count) = (0.0, 0.0)
    for (row, outputs) in sums(parameters)[shape.count - 1].enumerated() {
      for (column, output) in outputs.enumerated() where !targets[row, column].isNaN {
        total += abs(output - Double(targets[row, column]))
        count += 1
      }
    }
    return total / count
  }
}
