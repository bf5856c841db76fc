public import SpectraInfer

extension ModelDocument.Preprocessing {
  /// The recipe of a preprocessor, as the file has it.
  public init(_ preprocessor: Preprocessor) {
    let edge = preprocessor.edgeRule
    let grid = preprocessor.grid
    switch preprocessor.background {
    case .alreadyRemoved:
      background = ModelDocument.Background(rule: "none", window_ev: nil)
    case .powerLaw(let window):
      background = ModelDocument.Background(
        rule: "power_law", window_ev: [window.start, window.end])
    }
    alignment = "\(preprocessor.alignment.name)"
    broadening_sigma_ev = preprocessor.broadeningSigma
    edge_rule = ModelDocument.Edge(
      averaging_width_ev: edge.averagingWidth, fraction: edge.fraction,
      maximum_within_ev: edge.maximumWithin,
      onset_window_ev: [edge.onsetWindow.start, edge.onsetWindow.end])
    self.grid = ModelDocument.Grid(count: grid.count, start_ev: grid.start, step_ev: grid.step)
  }
}

extension ModelDocument.Member {
  /// A trained network, as the file has it: ReLU on all layers but the last.
  public init(_ network: FeedForwardNetwork) {
    layers = network.layers.enumerated().map { index, layer in
      ModelDocument.Layer(
        activation: index == network.layers.count - 1 ? "linear" : "relu",
        bias: Payload(layer.bias),
        weights: Payload(layer.weights, shape: [layer.outputs, layer.inputs]))
    }
  }
}
