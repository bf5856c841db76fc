/// What a file says about its spectra; nil is what it does not say.
public struct SpectrumMetadata: Sendable, Equatable {
  /// A key of the file with its value, both as they stand there.
  public struct Entry: Sendable, Equatable {
    /// The key; where the file nests its keys, their names joined by dots.
    public var key: String
    /// The value.
    public var value: String

    /// A key with its value.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// What the measurement is called.
  public var title: String?
  /// Day of the measurement: year-month-day (ISO 8601) where the file's spelling is understood,
  /// and as it stands otherwise.
  public var date: String?
  /// Time of the measurement: hours:minutes:seconds, of 24 hours, where the file's spelling is
  /// understood, and as it stands otherwise.
  public var time: String?
  /// Who measured.
  public var owner: String?
  /// Energy of the electrons of the beam, keV.
  public var beamEnergy: Double?
  /// Convergence semi-angle of the beam, mrad.
  public var convergenceAngle: Double?
  /// Collection semi-angle of the spectrometer, mrad.
  public var collectionAngle: Double?
  /// Time that one spectrum was exposed, s: of all frames that were summed.
  public var exposure: Double?
  /// Distance of two channels, eV; nil where it is not the same everywhere.
  public var dispersion: Double?
  /// Unit of the intensities as it stands in the file, such as "counts" or "e-".
  public var signalUnit: String?
  /// The detector.
  public var detector: String?
  /// An axis for each number of the file's `navigationShape`.
  public var navigationAxes: [NavigationAxis] = []
  /// All keys that are not understood, in the order of the file.
  public var other: [Entry] = []

  /// Metadata that say nothing.
  public init() {}

  /// Adds a key that is not understood.
  mutating func add(_ key: String, _ value: String) {
    other.append(Entry(key: key, value: value))
  }
}
