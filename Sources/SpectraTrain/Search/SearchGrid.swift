/// The values that a grid search combines, each with each.
public struct SearchGrid: Sendable, Equatable {
  /// Numbers of hidden layers.
  public var layers: [Int]
  /// Widths of the hidden layers, all of one width.
  public var nodes: [Int]
  /// Strengths of the L2 regularisation.
  public var l2: [Double]
  /// Strengths of the decoupled weight decay.
  public var weightDecays: [Double]
  /// Step sizes of Adam.
  public var learningRates: [Double]

  /// A grid of these axes.
  public init(
    layers: [Int], nodes: [Int], l2: [Double] = [0], weightDecays: [Double] = [0],
    learningRates: [Double]
  ) {
    self.layers = layers
    self.nodes = nodes
    self.l2 = l2
    self.weightDecays = weightDecays
    self.learningRates = learningRates
  }

  /// Every point, the last axis (the learning rate) running fastest.
  public var points: [GridPoint] {
    layers.flatMap { layers in
      nodes.flatMap { nodes in
        l2.flatMap { l2 in
          weightDecays.flatMap { weightDecay in
            learningRates.map { learningRate in
              GridPoint(
                layers: layers, nodes: nodes, l2: l2, weightDecay: weightDecay,
                learningRate: learningRate)
            }
          }
        }
      }
    }
  }

  /// What is wrong with the grid, in one sentence; nil where nothing is.
  ///
  /// - Parameter base: what the points do not say of a training.
  public func problem(with base: TrainingConfiguration) -> String? {
    let axes: [(name: String, values: [Double])] = [
      ("numbers of layers", layers.map(Double.init)), ("numbers of nodes", nodes.map(Double.init)),
      ("L2 regularisations", l2), ("weight decays", weightDecays),
      ("learning rates", learningRates),
    ]
    for axis in axes {
      if axis.values.isEmpty { return "The grid needs a value on each axis: \(axis.name)." }
      if Set(axis.values).count < axis.values.count {
        return "The grid names a value twice: \(axis.name)."
      }
    }
    guard layers.allSatisfy({ (1...15).contains($0) }) else {
      return "A grid has 1 to 15 hidden layers."
    }
    guard nodes.allSatisfy({ (1...8192).contains($0) }) else {
      return "A grid has 1 to 8192 nodes in a layer."
    }
    return points.lazy.compactMap { $0.configuration(from: base).problem }.first
  }
}
