import Foundation
public import SpectraInfer
public import SpectraTrain

/// Models small enough to be damaged at every bit, with weights that are written here and not
/// trained, as JSON objects that a test may change.
public enum SmallModel {
  private static let targetMean = [1.6, 140, 17, 0.5, -1, 542]
  private static let targetScale = [0.05, 18, 4, 0.06, 0.05, 1]

  /// The bytes of a model of `members` networks, `features`-`hidden`-6, on a grid of 0.5 eV.
  public static func bytes(
    features: Int = 2, hidden: [Int] = [], members: Int = 1, references: Int = 1,
    alignment: Alignment = .edge, format: Int = 2
  ) throws -> [UInt8] {
    try sealed(
      object(
        features: features, hidden: hidden, members: members, references: references,
        alignment: alignment, format: format))
  }

  /// The bytes of a JSON object with its checksum.
  public static func sealed(_ object: Any) throws -> [UInt8] {
    ModelWriter().seal(
      try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]))
  }

  /// The same model as a JSON object without its checksum.
  public static func object(
    features: Int = 2, hidden: [Int] = [], members: Int = 1, references: Int = 1,
    alignment: Alignment = .edge, format: Int = 2
  ) -> [String: Any] {
    let networks = networks(features: features, hidden: hidden, members: members)
    let rows = (0..<references).flatMap { row -> [Float] in
      (0..<features).map { feature -> Float in
        let sign = Float(feature % 3 - 1)
        return 1 + Float(row + 1) * sign / 8
      }
    }
    let input = (0..<features).map { Float(1) + Float($0 % 2) / 4 }
    let properties: [[Any]] = (0..<references).map { row in
      [1.6, row == 0 ? NSNull() : 150 as Any, 16, 0.5, -1, 542]
    }
    var known: [String: Any] = [
      "features": payload(rows, shape: [references, features]),
      "ids": (0..<references).map { "r\($0)" }, "properties": properties,
    ]
    if format > 1 { known["groups"] = Array(0..<references) }
    var model: [String: Any] = [
      "format": "spectra-infer model", "format_version": format,
      "properties": MaterialProperty.allCases.map { ["name": "\($0.name)", "unit": "\($0.unit)"] },
      "preprocessing": recipe(features, alignment),
      "feature_scaling": [
        "mean": payload([Float](repeating: 1, count: features), shape: [features]),
        "scale": payload([Float](repeating: 0.5, count: features), shape: [features]),
      ],
      "target_scaling": ["mean": targetMean, "scale": targetScale],
      "members": networks.map { ["layers": layers($0)] },
      "calibration": calibration(format: format), "references": known,
      "card": ["name": "small"],
      "golden": [
        "features": payload(input, shape: [features]), "values": expected(networks, input),
      ],
    ]
    if format > 2 { model["domain"] = domain(domainNetworks(features: features), level: 0.25) }
    return model
  }

  /// The reference domain as a model file of format 3 has it.
  public static func domain(_ networks: [FeedForwardNetwork], level: Double) -> [String: Any] {
    ["level": level, "members": networks.map { ["layers": layers($0)] }]
  }

  /// Networks of one output, `features`-2-1, which is deeper than members without a hidden layer.
  public static func domainNetworks(features: Int) -> [FeedForwardNetwork] {
    (0..<2).map { network(widths: [features, 2, 1], member: $0 + 7) }
  }

  /// Numbers as a model file has them.
  ///
  /// - Parameter claimed: the shape that is written, where it is not the true one.
  public static func payload(
    _ values: [Float], shape: [Int], claimed: [Int]? = nil
  ) -> [String: Any] {
    let payload = Payload(values, shape: shape)
    return ["base64": payload.base64, "sha256": payload.sha256, "shape": claimed ?? shape]
  }

  /// The recipe of the small models as a value.
  public static func preprocessor(_ features: Int, _ alignment: Alignment) -> Preprocessor {
    Preprocessor(
      grid: FeatureGrid(
        start: alignment == .absolute ? 540 : 0, step: 0.5, count: features),
      alignment: alignment,
      edgeRule: EdgeRule(
        fraction: 0.25, averagingWidth: 1, maximumWithin: 12,
        onsetWindow: EnergyWindow(start: 505, end: 570)),
      background: .powerLaw(window: EnergyWindow(start: 490, end: 525)), broadeningSigma: 0.5)
  }

  private static func recipe(_ features: Int, _ alignment: Alignment) -> [String: Any] {
    [
      "alignment": "\(alignment.name)", "normalization": "mean", "broadening_sigma_ev": 0.5,
      "background": ["rule": "power_law", "window_ev": [490, 525]] as [String: Any],
      "edge_rule": [
        "fraction": 0.25, "averaging_width_ev": 1, "maximum_within_ev": 12,
        "onset_window_ev": [505, 570],
      ] as [String: Any],
      "grid": [
        "start_ev": alignment == .absolute ? 540 : 0, "step_ev": 0.5, "count": features,
      ] as [String: Any],
    ]
  }

  private static func layers(_ network: FeedForwardNetwork) -> [[String: Any]] {
    network.layers.enumerated().map { index, layer in
      [
        "activation": index == network.layers.count - 1 ? "linear" : "relu",
        "bias": payload(layer.bias, shape: [layer.outputs]),
        "weights": payload(layer.weights, shape: [layer.outputs, layer.inputs]),
      ]
    }
  }

  /// Quantiles are 1 and 2 at any distance.
  private static func calibration(format: Int) -> [String: Any] {
    let quantiles: [String: Any] =
      format == 1
      ? ["quantile_68": 1, "quantile_95": 2]
      : ["quantiles_68": [1, 1, 1], "quantiles_95": [2, 2, 2]]
    var calibration: [String: Any] = [
      "novelty": ["distances": (0...100).map { Double($0) / 64 }, "flag_level": 0.5]
        as [String: Any],
      "properties": (0..<6).map { index in
        let scale: [String: Any] = [
          "base": 0.25 + Double(index), "novelty_weight": 0.5, "spread_weight": 2,
        ]
        return scale.merging(quantiles) { one, _ in one }
      },
    ]
    if format > 1 { calibration["quantile_distances"] = [0.25, 0.5, 1] }
    return calibration
  }

  /// Weights that are sums of small powers of two, different for every place.
  private static func network(widths: [Int], member: Int) -> FeedForwardNetwork {
    FeedForwardNetwork(
      layers: zip(widths, widths.dropFirst()).enumerated().map { layer, sizes in
        let (inputs, outputs) = sizes
        return DenseParameters(
          inputs: inputs, outputs: outputs,
          weights: (0..<inputs * outputs).map { place in
            Float((place * 7 + layer * 3 + member * 5) % 11 - 5) / 16
          },
          bias: (0..<outputs).map { Float(($0 * 3 + member) % 5 - 2) / 8 })
      })
  }

  /// What the ensemble must answer, computed in double precision from the definition.
  public static func expected(_ networks: [FeedForwardNetwork], _ features: [Float]) -> [Double] {
    let outputs = outputs(networks, features)
    return (0..<6).map { property in
      let average = outputs.reduce(0) { $0 + $1[property] } / Double(networks.count)
      return targetMean[property] + targetScale[property] * average
    }
  }

  /// What each network gives, computed in double precision from the definition.
  public static func outputs(
    _ networks: [FeedForwardNetwork], _ features: [Float]
  ) -> [[Double]] {
    let scaled = features.map { (Double($0) - 1) / 0.5 }
    return networks.map { network in
      network.layers.enumerated().reduce(scaled) { signal, entry in
        let (index, layer) = entry
        let sums = (0..<layer.outputs).map { output in
          (0..<layer.inputs).reduce(Double(layer.bias[output])) { sum, input in
            sum + Double(layer.weights[output * layer.inputs + input]) * signal[input]
          }
        }
        return index == network.layers.count - 1 ? sums : sums.map { max(0, $0) }
      }
    }
  }

  /// The networks of a document, to compute with.
  public static func networks(features: Int, hidden: [Int], members: Int) -> [FeedForwardNetwork] {
    (0..<members).map { network(widths: [features] + hidden + [6], member: $0) }
  }
}
