import SpectraIO
import SpectraInfer
import SpectraMaps

/// An image and its low-loss image, opened and found to belong together.
struct MapInput {
  let image: SpectrumFile
  let lowLoss: SpectrumFile?
  let shape: MapShape

  /// - Parameter lowLoss: has one spectrum for all pixels, or one for each.
  /// - Throws: `DataError` where there is no image, or the low-loss image has another shape.
  init(_ image: SpectrumFile, lowLoss: SpectrumFile?, bin: BinSize?) throws(DataError) {
    self.image = image
    self.lowLoss = lowLoss
    shape = try MapShape(
      navigationShape: image.navigationShape, binRows: bin?.rows ?? 1,
      binColumns: bin?.columns ?? 1, name: image.path)
    guard let lowLoss, lowLoss.spectrumCount != 1 else { return }
    guard lowLoss.navigationShape == image.navigationShape else {
      let shapes = [lowLoss, image].map { file in
        file.navigationShape.map { "\($0)" }.joined(separator: " x ")
      }
      throw DataError(
        "\(lowLoss.path): has \(shapes[0]) low-loss spectra for \(shapes[1]) pixels; give one for "
          + "each pixel, or one for all")
    }
  }

  /// The low-loss spectra as the pixels want them.
  func lowLossImage() throws(DataError) -> LowLossImage? {
    guard let lowLoss else { return nil }
    guard lowLoss.spectrumCount == 1 else { return .each(SpectrumImage(lowLoss)) }
    let spectrum = try lowLoss.spectrum()
    return .shared(energies: spectrum.energies, intensities: spectrum.intensities)
  }

  /// The parts that are read one at a time, with the low-loss spectra of their pixels.
  var tiles: [MapTile] {
    let perPixel = lowLoss.map { $0.spectrumCount == 1 ? 0 : $0.channelCount } ?? 0
    return shape.tiles(channelCount: image.channelCount + perPixel)
  }

  /// All that the pixels depend on.
  ///
  /// - Parameters:
  ///   - modelSHA256: of the model file.
  ///   - options: the options of the measurement, by name.
  func settings(
    modelSHA256: String, options: [(name: String, value: JSONText)]
  ) throws -> MapSettings {
    var members: [(name: String, value: JSONText)] = [
      ("software", .text("SpectraInfer \(LibraryVersion.text)"))
    ]
    members += try Self.members(of: image, "image")
    members.append(("bin", .list([.whole(shape.binRows), .whole(shape.binColumns)])))
    if let lowLoss { members += try Self.members(of: lowLoss, "low_loss") }
    members.append(("model_sha256", .text(modelSHA256)))
    return MapSettings(members + options)
  }

  private static func members(
    of file: SpectrumFile, _ name: String
  ) throws -> [(name: String, value: JSONText)] {
    let fingerprint = try FileFingerprint(file.path)
    let energies = file.energies.flatMap { energy in
      (0..<8).map { UInt8(truncatingIfNeeded: energy.bitPattern >> (8 * UInt64($0))) }
    }
    return [
      ("\(name)_size_bytes", .whole(fingerprint.size)),
      ("\(name)_sha256", .text(fingerprint.sha256)),
      ("\(name)_sha256_of", .text(fingerprint.covers)),
      ("\(name)_shape", .list(file.navigationShape.map { .whole($0) })),
      ("\(name)_energies_sha256", .text(FileFingerprint.digits(energies))),
    ]
  }
}

extension SpectrumImage {
  /// The spectra of a file.
  init(_ file: SpectrumFile) {
    self.init(energies: file.energies) { spectra, intensities throws(DataError) in
      try file.read(spectra, into: &intensities)
    }
  }
}
