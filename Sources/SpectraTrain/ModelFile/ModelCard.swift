public import SpectraIO
import SpectraInfer

/// What a person must know of a model: what it was made of, how, and how large its errors are.
public struct ModelCard: Codable, Sendable {
  /// Error of one property on one part of the data, in the property's unit.
  public struct PropertyError: Codable, Sendable, Equatable {
    /// Name of the property.
    public var property: String
    /// Its unit.
    public var unit: String
    /// Number of spectra that have the property.
    public var count: Int
    /// Mean absolute error of the model.
    public var mean_absolute_error: Double
    /// Square root of the mean squared error of the model; nil in cards of older versions.
    public var root_mean_square_error: Double?
    /// Coefficient of determination of the model; nil where all true values are the same, and in
    /// cards of older versions.
    public var r2: Double?
    /// What 95 of 100 absolute errors of the model do not exceed; nil in cards of older versions.
    public var percentile_95: Double?
    /// The same, of predicting the mean of the reference spectra.
    public var predicting_the_mean: Double
    /// The same, of taking the nearest reference spectrum's value.
    public var nearest_reference: Double
  }

  /// Shares of true values that lie in the intervals.
  public struct Coverage: Codable, Sendable, Equatable {
    /// Of how many values, and which share of them is within.
    public struct Share: Codable, Sendable, Equatable {
      /// Number of values.
      public var count: Int
      /// Share in the 68 % interval.
      public var within_68: Double
      /// Share in the 95 % interval.
      public var within_95: Double
    }

    /// Name of the property, or "all" for all values of all properties.
    public var property: String
    /// Of all spectra.
    public var overall: Share
    /// Of the third of the spectra that is nearest to the references, the middle one, and the one
    /// that is farthest away; those without a value are left out.
    public var thirds: [Share]
  }

  /// How much of the data a part has.
  public struct PartSize: Codable, Sendable, Equatable {
    /// "training" (all members together), "test" or "held_out".
    public var name: String
    /// Number of spectra.
    public var spectrum_count: Int
    /// Number of groups of materials.
    public var group_count: Int
  }

  /// Short name.
  public var name: String
  /// What the model is for.
  public var purpose =
    "six local properties of the oxygen sites of silicon oxides from an O-K core-loss spectrum"
  /// The paper whose method it is.
  public var method = "Kiyohara, Tsubaki, Liao, Mizoguchi, J. Phys. Mater. 2 (2019) 024003"
  /// Number of spectra that the networks learned from, all members together.
  public var spectrum_count: Int
  /// Number of groups of materials among them.
  public var group_count: Int
  /// How much of the data each part has; nil in cards of older versions.
  public var parts: [PartSize]?
  /// Where the data come from.
  public var data =
    """
    O-K spectra simulated with DFT (GPAW, PBE, full core hole) for structures of the Materials \
    Project and silica glasses
    """
  /// Which state of the database it was; nil where it was not read from files, and in cards of
  /// older versions.
  public var data_sha256: DatabaseChecksums?
  /// Licence of the data.
  public var data_licence = "structures of the Materials Project: CC-BY 4.0"
  /// Licence of the model.
  public var licence = "Apache-2.0"
  /// Version of the software that trained it.
  public var software = "SpectraInfer \(LibraryVersion.text)"
  /// "spectrum" or "group".
  public var split: String
  /// Seed of the split and of the members.
  public var seed: UInt64
  /// Hyperparameters of every member; the seed is the first member's.
  public var training: TrainingConfiguration
  /// Under which conditions the training spectra were measured; nil where the perfect spectra alone
  /// were learned from, and in cards of older versions.
  public var augmentation: Augmentation?
  /// How the network of the reference domain was taught; nil where there is none, and in cards of
  /// older versions.
  public var domain: DomainTraining?
  /// Epoch that each member was taken from.
  public var best_epochs: [Int]
  /// Groups that are left out of training whatever the split.
  public var held_out_groups: [String]
  /// Identifiers of the test spectra, which nothing was fitted to or chosen by.
  public var test_spectra: [String]
  /// Errors on the test spectra.
  public var test_errors: [PropertyError]
  /// How often the intervals hold the true value on materials that networks have not seen: on each
  /// fold of the spectra but the test part, with the calibration that the other folds give; nil in
  /// cards of older versions.
  public var coverage: [Coverage]?
  /// What the model is not for.
  public var limits: String

  /// The limits of a model by how it was trained.
  static func limits(_ augmentation: Augmentation?) -> String {
    let resolution =
      augmentation.map { augmentation in
        let range = augmentation.broadeningRange.map { "\($0)" }.joined(separator: " to ")
        return "resolutions of \(range) times the stated broadening"
      } ?? "perfect spectra of single sites; the resolution of the stated broadening"
    return "Silicon oxides only; \(resolution). Errors come from simulated spectra: those of "
      + "measured ones are larger."
  }
}
