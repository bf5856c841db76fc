/// Reads spectra from NumPy's files: one array, or several in an archive, one of them the energies.
enum NumpyReader {
  private static let energyNames = ["energy", "energies", "energy_ev", "axis"]
  private static let intensityNames = [
    "intensities", "intensity", "counts", "spectra", "spectrum", "image", "data",
  ]

  static func contents(ofArray file: FileBytes) throws(DataError) -> SpectrumContents {
    let array = try NumpyArray(file)
    return try contents(
      array, .npy, axis: .missing("a .npy file has intensities (shape \(array.shapeText)) alone"))
  }

  /// Reads an archive of numpy.savez or numpy.savez_compressed.
  static func contents(ofArchive file: FileBytes) throws(DataError) -> SpectrumContents {
    let archive = try ZipArchive(file)
    let members = archive.members.filter { $0.name.hasSuffix(".npy") }
    let names = members.map { String($0.name.dropLast(4)) }
    let energy = energyNames.lazy.compactMap(names.firstIndex).first
    let others = names.indices.filter { $0 != energy }
    let named = intensityNames.lazy.compactMap(names.firstIndex).first
    guard let chosen = named ?? (others.count == 1 ? others.first : nil) else {
      throw DataError(
        "\(file.name): has the arrays \(names.prefix(20).joined(separator: ", ")); save the "
          + "spectra as \"intensities\" and their energies as \"energy\"")
    }
    var axis = SignalAxis.missing("the archive has no array \"energy\"")
    if let energy {
      let array = try array(archive, members[energy])
      guard array.shape.count == 1 else {
        throw DataError(
          "\(array.name): has the shape \(array.shapeText); save one energy a channel, in eV")
      }
      axis = .measured(try array.intensities().doubles(), unit: .electronvolt)
    }
    var contents = try contents(try array(archive, members[chosen]), .npz, axis: axis)
    for index in others where index != chosen {
      contents.warnings.append("the array \"\(names[index])\" is left out")
    }
    return contents
  }

  private static func array(
    _ archive: ZipArchive, _ member: ZipArchive.Member
  ) throws(DataError) -> NumpyArray {
    let (file, offset) = try archive.open(member)
    return try NumpyArray(file, at: offset, name: "\(archive.file.name), \(member.name)")
  }

  private static func contents(
    _ array: NumpyArray, _ format: SpectrumFormat, axis: SignalAxis
  ) throws(DataError) -> SpectrumContents {
    let intensities = try array.intensities()
    var metadata = SpectrumMetadata()
    let names = ["row", "column"].suffix(intensities.navigation.count)
    metadata.navigationAxes = names.map { NavigationAxis(name: $0) }
    return SpectrumContents(
      format: format, axis: axis, intensities: intensities, metadata: metadata)
  }
}
