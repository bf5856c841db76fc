package import SpectraInfer

/// One of the maps that are made of an image.
package enum MapLayer: Hashable, Sendable {
  /// A property.
  case value(MaterialProperty)
  /// The standard error of a property.
  case error(MaterialProperty)
  /// Share of the reference materials that are nearer to each other, 0 to 1.
  case novelty
  /// The onset of the edge on the axis of the image, eV.
  case onset
  /// The `SPECTRA_FLAG_*` bits.
  case flags
  /// The `spectra_status` of each pixel; `missing` where the pixel was not reached.
  case status

  /// The status of a pixel that was not reached.
  package static let missing = UInt32.max

  /// All maps, in the order in which they are told.
  package static let all: [MapLayer] =
    MaterialProperty.allCases.map { .value($0) } + MaterialProperty.allCases.map { .error($0) }
    + [.novelty, .onset, .flags, .status]

  /// The name, which is that of the file without its ending.
  package var name: String {
    switch self {
    case .value(let property): "\(property.name)"
    case .error(let property): "\(property.name)_error"
    case .novelty: "novelty"
    case .onset: "onset"
    case .flags: "flags"
    case .status: "status"
    }
  }

  /// The name of the file.
  package var file: String { name + ".npy" }

  /// The unit of a pixel; empty for numbers without one.
  package var unit: String {
    switch self {
    case .value(let property), .error(let property): "\(property.unit)"
    case .onset: "eV"
    case .novelty, .flags, .status: ""
    }
  }

  /// Whether a pixel is a whole number of 32 bits, and not one of single precision.
  package var isWhole: Bool { self == .flags || self == .status }

  /// The bits of a pixel that was not reached.
  package var missingBits: UInt32 {
    switch self {
    case .flags: 0
    case .status: Self.missing
    default: Float.nan.bitPattern
    }
  }

  /// The bits of a pixel.
  package func bits(of result: Result<Prediction, SpectraError>) -> UInt32 {
    switch result {
    case .failure(let error):
      self == .status ? UInt32(error.code.rawValue) : missingBits
    case .success(let prediction):
      switch self {
      case .value(let property): Float(prediction[property].value).bitPattern
      case .error(let property): Float(prediction[property].standardError).bitPattern
      case .novelty: Float(prediction.novelty).bitPattern
      case .onset: Float(prediction.preparation?.onset?.energy ?? .nan).bitPattern
      case .flags: prediction.flags.rawValue
      case .status: 0
      }
    }
  }
}
