import SpectraInfer

/// The energies of the prepared intensities in the JSON file of a folder of results, eV.
struct GridDescription: Codable, Equatable {
  var start_ev: Double
  var step_ev: Double
  var count: Int

  init(_ grid: FeatureGrid) {
    start_ev = grid.start
    step_ev = grid.step
    count = grid.count
  }
}
