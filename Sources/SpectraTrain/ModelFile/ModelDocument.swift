import SpectraInfer

/// A model file of format 2 or 3 as Swift values (docs/model-format.md, model-format-2.md and -3.md);
/// `ModelWriter` makes the file of it.
///
/// Names of stored properties are the names in the file. The library does not read models through
/// this type, but through its own checks.
public struct ModelDocument: Codable, Sendable {
  /// "spectra-infer model".
  public var format = "spectra-infer model"
  /// 2, or 3 where there is a domain.
  public var format_version = 2
  /// The six properties in their order.
  public var properties = MaterialProperty.allCases.map {
    Property(name: "\($0.name)", unit: "\($0.unit)")
  }
  /// The recipe.
  public var preprocessing: Preprocessing
  /// Mean and scale of each feature.
  public var feature_scaling: FeatureScaling
  /// Mean and scale of each property.
  public var target_scaling: TargetScaling
  /// The networks.
  public var members: [Member]
  /// Errors on unseen data.
  public var calibration: CalibrationTable
  /// What tells silicon oxides from other edges; nil in format 2.
  public var domain: Domain?
  /// Reference spectra.
  public var references: References
  /// The model card.
  public var card: ModelCard
  /// A known input with its output.
  public var golden: Golden

  /// Name and unit of a property.
  public struct Property: Codable, Sendable {
    /// Name.
    public var name: String
    /// Unit.
    public var unit: String
  }

  /// The recipe of preprocessing.
  public struct Preprocessing: Codable, Sendable {
    /// "threshold", "edge" or "absolute".
    public var alignment: String
    /// Background of measured spectra.
    public var background: Background
    /// Gaussian broadening of the training spectra, eV.
    public var broadening_sigma_ev: Double
    /// How the onset is found.
    public var edge_rule: Edge
    /// The energies of the features.
    public var grid: Grid
    /// "mean": the features have a mean of 1.
    public var normalization = "mean"
  }

  /// The background rule.
  public struct Background: Codable, Sendable {
    /// "none" or "power_law".
    public var rule: String
    /// Start and end of the window, eV; only with "power_law".
    public var window_ev: [Double]?
  }

  /// The edge rule.
  public struct Edge: Codable, Sendable {
    /// Width of the running average, eV.
    public var averaging_width_ev: Double
    /// Share of the maximum at the onset.
    public var fraction: Double
    /// Reach of the maximum above the onset, eV.
    public var maximum_within_ev: Double
    /// Where the onset may lie on a spectrum's own axis, eV: start and end.
    public var onset_window_ev: [Double]
  }

  /// The energy grid.
  public struct Grid: Codable, Sendable {
    /// Points.
    public var count: Int
    /// First energy, eV.
    public var start_ev: Double
    /// Distance of points, eV.
    public var step_ev: Double
  }

  /// Scaling of the features.
  public struct FeatureScaling: Codable, Sendable {
    /// Means, [features].
    public var mean: Payload
    /// Scales, [features].
    public var scale: Payload
  }

  /// Scaling of the properties.
  public struct TargetScaling: Codable, Sendable {
    /// Means in the order of the properties.
    public var mean: [Double]
    /// Scales.
    public var scale: [Double]
  }

  /// One network.
  public struct Member: Codable, Sendable {
    /// Its layers.
    public var layers: [Layer]
  }

  /// One dense layer.
  public struct Layer: Codable, Sendable {
    /// "relu" or "linear".
    public var activation: String
    /// Bias, [out].
    public var bias: Payload
    /// Weights, [out, in].
    public var weights: Payload
  }

  /// Errors on data that members have not seen.
  public struct CalibrationTable: Codable, Sendable {
    /// Distances of references to other materials.
    public var novelty: Novelty
    /// One entry for each property.
    public var properties: [PropertyCalibration]
    /// Distances to the nearest reference that the quantiles are given at, rising.
    public var quantile_distances: [Double]
  }

  /// Calibration of one property, in its unit.
  public struct PropertyCalibration: Codable, Sendable, Equatable {
    /// Error where the ensemble agrees.
    public var base: Double
    /// Weight of the distance to the nearest reference.
    public var novelty_weight: Double
    /// 68 % quantile of |error| / scale at each of the distances.
    public var quantiles_68: [Double]
    /// 95 % quantile of |error| / scale at each of the distances.
    public var quantiles_95: [Double]
    /// Weight of the ensemble's standard deviation.
    public var spread_weight: Double

    /// The size of an error.
    var scale: ErrorScale {
      ErrorScale(base: base, spreadWeight: spread_weight, noveltyWeight: novelty_weight)
    }
  }

  /// How far apart materials are.
  public struct Novelty: Codable, Sendable, Equatable {
    /// Quantiles 0 %, 1 % ... 100 % of the distance to the nearest other material.
    public var distances: [Double]
    /// Novelty above which a spectrum is flagged.
    public var flag_level: Double
  }

  /// Networks that tell silicon oxides from other edges.
  public struct Domain: Codable, Sendable {
    /// What the mean of their outputs must exceed for a spectrum to be flagged.
    public var level: Double
    /// Networks of one output, the logarithm of the odds that an edge is no silicon oxide's.
    public var members: [Member]
  }

  /// The reference spectra.
  public struct References: Codable, Sendable {
    /// Prepared intensities, [references, features].
    public var features: Payload
    /// Number of the group of materials of each.
    public var groups: [Int]
    /// Identifiers.
    public var ids: [String]
    /// Properties of each; null where the site has none.
    public var properties: [[Double?]]
  }

  /// A known input with its output.
  public struct Golden: Codable, Sendable {
    /// Prepared intensities.
    public var features: Payload
    /// The six predicted values.
    public var values: [Double]
  }
}
