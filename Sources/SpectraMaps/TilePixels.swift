/// The memory of one thread for the spectra of a tile, used for one tile after the other.
struct TilePixels {
  /// Row-major [pixel, channel].
  var intensities: [Float] = []
  /// Row-major [pixel, channel], or one spectrum for all.
  var lowLoss: [Float] = []
  /// A row of the image, while it is summed.
  var row: [Float] = []
}
