import SpectraIO
package import SpectraInfer

/// Predicts the pixels of an image on several threads and writes them into a folder of maps.
///
/// Tiles are read one after the other, in the order of the file, while other threads predict. The
/// memory is that of a tile for each thread, and a prediction does not depend on what is beside it,
/// so that the same bytes come out whatever the number of threads and interruptions.
package final class MapRun: Sendable {
  private let model: Model
  private let image: SpectrumImage
  private let lowLoss: LowLossImage?
  private let shape: MapShape
  private let options: MeasurementOptions

  /// A run over all pixels of an image.
  ///
  /// - Throws: `SpectraError` where the axis or the options are wrong in themselves.
  package init(
    model: consuming Model, image: SpectrumImage, lowLoss: LowLossImage?, shape: MapShape,
    options: MeasurementOptions
  ) throws(SpectraError) {
    _ = try EnergyAxis(image.energies.span)
    if let lowLoss { _ = try EnergyAxis(lowLoss.energies.span) }
    try options.validate(for: model.preprocessor.alignment)
    self.model = model
    self.image = image
    self.lowLoss = lowLoss
    self.shape = shape
    self.options = options
  }

  /// Predicts the tiles that are missing in a folder.
  ///
  /// - Parameters:
  ///   - threads: how many read and predict, one at a time reading.
  ///   - progress: is called with the share of the tiles that are there, and says whether to go on.
  /// - Returns: whether all tiles are there.
  /// - Throws: `DataError` where the image cannot be read or the maps cannot be written; tiles that
  ///   were written stay.
  package func run(
    into folder: MapFolder, threads: Int,
    progress: @escaping @Sendable (_ fraction: Double) -> Bool
  ) throws -> Bool {
    let tiles = Tiles(missingIn: folder)
    WorkerThreads.run(min(threads, tiles.missingCount)) {
      self.work(on: tiles, of: folder, progress)
    }
    if let error = tiles.error { throw error }
    return !folder.isDone.contains(false)
  }

  /// Takes tile after tile until none is missing.
  private func work(
    on tiles: Tiles, of folder: MapFolder, _ progress: @Sendable (Double) -> Bool
  ) {
    var pixels = TilePixels()
    do {
      let channelCount = max(image.energies.count, lowLoss?.energies.count ?? 0)
      var workspace = try model.makeWorkspace(channelCount: channelCount)
      while let tile = try tiles.next(reading: { tile throws(DataError) in
        try read(folder.tiles[tile], into: &pixels)
      }) {
        let bits = try predict(pixels, folder.tiles[tile].pixels.count, &workspace)
        try folder.write(bits, of: tile)
        if !progress(folder.fraction) { tiles.stop(nil) }
      }
    } catch {
      tiles.stop(error)
    }
  }

  private func read(_ tile: MapTile, into pixels: inout TilePixels) throws(DataError) {
    try image.read(tile, of: shape, into: &pixels.intensities, row: &pixels.row)
    switch lowLoss {
    case .each(let image):
      try image.read(tile, of: shape, into: &pixels.lowLoss, row: &pixels.row)
    case .shared(_, let intensities): pixels.lowLoss = intensities
    case nil: break
    }
  }

  /// The pixels of a tile, as the bits of each of `MapLayer.all`.
  private func predict(
    _ pixels: TilePixels, _ count: Int, _ workspace: inout Workspace
  ) throws(SpectraError) -> [[UInt32]] {
    let layers = MapLayer.all
    var bits = layers.map { layer in [UInt32](repeating: layer.missingBits, count: count) }
    let energies = image.energies
    let axis = try EnergyAxis(energies.span)
    func keep(_ pixel: Int, _ result: Result<Prediction, SpectraError>) {
      for (index, layer) in layers.enumerated() { bits[index][pixel] = layer.bits(of: result) }
    }
    if let lowLoss {
      let lowLossEnergies = lowLoss.energies
      let companions = SpectrumCompanions(
        lowLossAxis: try EnergyAxis(lowLossEnergies.span), lowLoss: pixels.lowLoss.span,
        lowLossStride: lowLoss.stride, variances: nil, varianceStride: 0)
      try model.predict(
        axis: axis, intensities: pixels.intensities.span, spectrumCount: count,
        spectrumStride: axis.count, channelStride: 1, companions: companions, options: options,
        using: &workspace, finished: keep)
    } else {
      try model.predict(
        axis: axis, intensities: pixels.intensities.span, spectrumCount: count,
        spectrumStride: axis.count, channelStride: 1, options: options, using: &workspace,
        finished: keep)
    }
    return bits
  }
}
