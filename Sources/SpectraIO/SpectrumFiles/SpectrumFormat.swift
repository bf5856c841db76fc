/// The formats of spectrum files that are read.
public enum SpectrumFormat: String, Sendable, CaseIterable {
  /// EMSA/MAS text, ISO 22029.
  case msa
  /// Columns of numbers.
  case text
  /// XAS Data Interchange, version 1.
  case xdi
  /// One NumPy array.
  case npy
  /// NumPy arrays in a zip archive.
  case npz
  /// Gatan DigitalMicrograph 3.
  case dm3
  /// Gatan DigitalMicrograph 4.
  case dm4

  /// Words for a person.
  public var title: String {
    switch self {
    case .msa: "EMSA/MAS text (.msa)"
    case .text: "text in columns"
    case .xdi: "XAS Data Interchange (.xdi)"
    case .npy: "NumPy array (.npy)"
    case .npz: "NumPy arrays (.npz)"
    case .dm3: "Gatan DigitalMicrograph 3 (.dm3)"
    case .dm4: "Gatan DigitalMicrograph 4 (.dm4)"
    }
  }
}
