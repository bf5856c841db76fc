import Foundation
import SpectraIO

/// What is in a spectrum file, as text for a person and as JSON for a program.
struct SpectrumInspection {
  /// Keys that a person reads; JSON has all.
  private static let shownKeys = 20

  private let file: SpectrumFile

  init(_ file: SpectrumFile) { self.file = file }

  /// Lines of at most 80 characters where words allow.
  var lines: [String] {
    let (metadata, energies) = (file.metadata, file.energies)
    var text = LabelledLines()
    text.add("format", file.format.title)
    let channels = counted(file.channelCount, "channel", "channels")
    text.add(
      "shape",
      file.navigationShape.isEmpty
        ? "one spectrum of \(channels)"
        : file.navigationShape.map { "\($0)" }.joined(separator: " x ") + " spectra of \(channels)")
    if let first = energies.first, let last = energies.last {
      text.add(
        "energies",
        "\(brief(first)) to \(brief(last)) eV"
          + (metadata.dispersion.map { ", \(brief($0)) eV apart" } ?? ", not evenly spaced"))
    }
    for axis in metadata.navigationAxes where !axis.unit.isEmpty {
      text.add(
        "axis \(axis.name)",
        "from \(brief(axis.offset)) in steps of \(brief(axis.scale)) \(axis.unit)")
    }
    for (label, value) in known(metadata) { if let value { text.add(label, value) } }
    for warning in file.warnings { text.add("warning", warning) }
    for entry in metadata.other.prefix(Self.shownKeys) {
      text.add("key", "\(Self.line(entry.key)) = \(Self.line(entry.value))")
    }
    if metadata.other.count > Self.shownKeys {
      text.add("keys", "\(metadata.other.count - Self.shownKeys) more; --json has all")
    }
    return [file.path] + text.lines
  }

  private func known(_ metadata: SpectrumMetadata) -> [(String, String?)] {
    let moment = [metadata.date, metadata.time].compactMap { $0 }.joined(separator: " ")
    return [
      ("title", metadata.title.map(Self.line)),
      ("measured", moment.isEmpty ? nil : Self.line(moment)),
      ("by", metadata.owner.map(Self.line)),
      ("beam", metadata.beamEnergy.map { "\(brief($0)) keV" }),
      ("convergence", metadata.convergenceAngle.map { "\(brief($0)) mrad" }),
      ("collection", metadata.collectionAngle.map { "\(brief($0)) mrad" }),
      ("exposure", metadata.exposure.map { "\(brief($0)) s" }),
      ("intensity", metadata.signalUnit.map(Self.line)),
      ("detector", metadata.detector.map(Self.line)),
    ]
  }

  /// A text without what would disturb a terminal, cut where it is long.
  private static func line(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(200) {
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      line.append(isControl ? " " : scalar)
    }
    return String(line) + (text.unicodeScalars.count > 200 ? " ..." : "")
  }

  /// Six digits, as much as an axis of eV needs.
  private func brief(_ value: Double) -> String { String(format: "%.7g", value) }

  /// One object; a number that is not finite is left out.
  func json() throws -> String {
    let metadata = file.metadata
    let report = Report(
      path: file.path, format: file.format.rawValue, navigation_shape: file.navigationShape,
      channel_count: file.channelCount,
      energy_ev: .init(
        first: file.energies.first, last: file.energies.last,
        dispersion: Self.finite(metadata.dispersion)),
      metadata: .init(
        title: metadata.title, date: metadata.date, time: metadata.time, owner: metadata.owner,
        beam_energy_kev: Self.finite(metadata.beamEnergy),
        convergence_semi_angle_mrad: Self.finite(metadata.convergenceAngle),
        collection_semi_angle_mrad: Self.finite(metadata.collectionAngle),
        exposure_s: Self.finite(metadata.exposure), signal_unit: metadata.signalUnit,
        detector: metadata.detector,
        navigation_axes: metadata.navigationAxes.map {
          .init(
            name: $0.name, offset: Self.finite($0.offset), scale: Self.finite($0.scale),
            unit: $0.unit)
        },
        other: metadata.other.map { .init(key: $0.key, value: $0.value) }),
      warnings: file.warnings)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }

  private static func finite(_ value: Double?) -> Double? {
    value.flatMap { $0.isFinite ? $0 : nil }
  }

  private struct Report: Encodable {
    struct Energies: Encodable {
      let first, last, dispersion: Double?
    }

    struct Axis: Encodable {
      let name: String
      let offset, scale: Double?
      let unit: String
    }

    struct Entry: Encodable {
      let key, value: String
    }

    struct Metadata: Encodable {
      let title, date, time, owner: String?
      let beam_energy_kev, convergence_semi_angle_mrad, collection_semi_angle_mrad: Double?
      let exposure_s: Double?
      let signal_unit, detector: String?
      let navigation_axes: [Axis]
      let other: [Entry]
    }

    let path, format: String
    let navigation_shape: [Int]
    let channel_count: Int
    let energy_ev: Energies
    let metadata: Metadata
    let warnings: [String]
  }
}
