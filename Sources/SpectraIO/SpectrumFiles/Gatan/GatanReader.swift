/// Reads spectra and spectrum images of Gatan DigitalMicrograph, `.dm3` and `.dm4`.
enum GatanReader {
  static func contents(of file: FileBytes) throws(DataError) -> SpectrumContents {
    var reader = try GatanTagReader(file)
    let root = try reader.tags()
    let images = try images(root, reader)
    let spectra = images.filter { $0.energyIndex != nil }
    // A line profile in nm may be a spectrum without energies; it stands back behind one with them.
    let place = spectra.firstIndex(where: \.hasEnergies) ?? 0
    guard place < spectra.count, let energyIndex = spectra[place].energyIndex else {
      let list = images.prefix(10).map { "\"\($0.title)\" of \($0.shapeText)" }
      throw DataError(
        "\(file.name): holds no spectrum, but "
          + (list.isEmpty ? "no image at all" : list.joined(separator: ", "))
          + "; save the spectrum or the spectrum image, its energy axis in eV")
    }
    let image = spectra[place]
    let energy = image.dimensions[energyIndex]
    var warnings: [String] = []
    if spectra.count > 1 {
      let others = spectra.indices.filter { $0 != place }.prefix(10).map { index in
        "\"\(spectra[index].title)\" of \(spectra[index].shapeText)"
      }
      warnings.append(
        "there are \(spectra.count) spectra in the file; the first one"
          + (place == 0 ? "" : " with energies") + " is read, and left out are "
          + others.joined(separator: ", "))
    }
    let navigation = image.dimensions.indices.reversed().filter {
      $0 != energyIndex && image.dimensions[$0].count > 1
    }
    guard navigation.count <= 2 else {
      throw DataError(
        "\(file.name): holds spectra of the shape \(image.shapeText); save a line or an image of "
          + "them")
    }
    var contents = SpectrumContents(
      format: reader.version == 3 ? .dm3 : .dm4, axis: axis(energy),
      intensities: try intensities(image, energyIndex, navigation, reader, &warnings))
    contents.metadata = try SpectrumMetadata(image, reader)
    contents.metadata.navigationAxes = navigation.map { index in
      let dimension = image.dimensions[index]
      let places = image.dimensions.indices.filter { $0 != energyIndex }
      let place = places.firstIndex(of: index) ?? 0
      return NavigationAxis(
        name: place < 3 ? ["x", "y", "z"][place] : "",
        offset: 0 - dimension.origin * dimension.scale,
        scale: dimension.scale, unit: dimension.unit)
    }
    contents.warnings = warnings
    return contents
  }

  /// The images that are no thumbnails.
  private static func images(
    _ root: GatanTagGroup, _ reader: GatanTagReader
  ) throws(DataError) -> [GatanImage] {
    let thumbnails = (root["Thumbnails"]?.group?.groups ?? []).compactMap {
      $0["ImageIndex"]?.number
    }
    var images: [GatanImage] = []
    for (index, group) in (root["ImageList"]?.group?.groups ?? []).enumerated()
    where !thumbnails.contains(Double(index)) {
      if let image = try GatanImage(group, reader) { images.append(image) }
    }
    return images
  }

  /// The origin is the channel whose energy is zero.
  private static func axis(_ energy: GatanImage.Dimension) -> SignalAxis {
    guard let unit = energy.energyUnit else {
      return .missing(
        energy.unit.isEmpty
          ? "the axis of the channels has no unit"
          : "the axis of the channels is in \"\(energy.unit.prefix(40))\", no unit of energy")
    }
    return .linear(offset: 0 - energy.origin * energy.scale, dispersion: energy.scale, unit: unit)
  }

  private static func intensities(
    _ image: GatanImage, _ energyIndex: Int, _ navigation: [Int], _ reader: GatanTagReader,
    _ warnings: inout [String]
  ) throws(DataError) -> StoredIntensities {
    let file = reader.file
    guard let type = image.type, let data = image.data else {
      throw DataError(
        "\(file.name): \"\(image.title)\" has complex numbers or colours; save real numbers")
    }
    let elements = image.dimensions.last.map { $0.stride.multipliedReportingOverflow(by: $0.count) }
    let bytes = elements?.partialValue.multipliedReportingOverflow(by: type.size)
    guard elements?.overflow == false, bytes?.overflow == false,
      bytes?.partialValue == data.count * data.type.size
    else {
      throw DataError(
        "\(file.name), byte \(data.offset): \(image.shapeText) numbers of type "
          + "\(type.rawValue) are declared, and \(data.count) of type "
          + "\(data.type.rawValue) are there; the file is damaged, save it anew")
    }
    var scale = image.brightness["Scale"]?.number ?? 1
    var origin = image.brightness["Origin"]?.number ?? 0
    if !scale.isFinite || scale == 0 || !origin.isFinite {
      warnings.append(
        "the intensity scale \(scale) and origin \(origin) are no calibration; the numbers are "
          + "taken as they stand")
      (scale, origin) = (1, 0)
    } else if scale != 1 || origin != 0 {
      warnings.append(
        "the intensities are calibrated: \(Float(scale)) times the number"
          + (origin == 0 ? "" : " less \(Float(origin))") + " in the file")
    }
    func dimension(_ index: Int) -> StoredIntensities.Dimension {
      let dimension = image.dimensions[index]
      return StoredIntensities.Dimension(count: dimension.count, stride: dimension.stride)
    }
    return try StoredIntensities(
      source: file, offset: data.offset, type: type, order: reader.order,
      channels: dimension(energyIndex), navigation: navigation.map(dimension), scale: scale,
      origin: origin)
  }
}
