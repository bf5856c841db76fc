package import SpectraIO

/// Spectra on one axis that are read when they are needed, by their place: row x columns + column.
package struct SpectrumImage: Sendable {
  /// Energy of each channel, eV.
  package let energies: [Double]
  private let body: @Sendable (Range<Int>, inout [Float]) throws(DataError) -> Void

  /// An image that `read` reads: it replaces what is in the array by the intensities of the spectra,
  /// row-major [spectrum, channel]. It is not called from two threads at once.
  package init(
    energies: [Double],
    read: @escaping @Sendable (Range<Int>, inout [Float]) throws(DataError) -> Void
  ) {
    self.energies = energies
    body = read
  }

  /// Reads spectra.
  package func read(_ spectra: Range<Int>, into intensities: inout [Float]) throws(DataError) {
    try body(spectra, &intensities)
  }

  /// Reads the pixels of a tile, each the sum of its bin.
  ///
  /// - Parameters:
  ///   - intensities: is replaced by them, row-major [pixel, channel].
  ///   - row: scratch.
  package func read(
    _ tile: MapTile, of shape: MapShape, into intensities: inout [Float], row: inout [Float]
  ) throws(DataError) {
    guard shape.isBinned else { return try read(tile.pixels, into: &intensities) }
    let channels = energies.count
    intensities.removeAll(keepingCapacity: true)
    intensities.append(contentsOf: repeatElement(0, count: tile.pixels.count * channels))
    let mapRow = tile.pixels.lowerBound / shape.columns
    let mapColumn = tile.pixels.lowerBound % shape.columns
    let columns =
      mapColumn
      * shape.binColumns..<min(
        shape.imageColumns, (mapColumn + tile.pixels.count) * shape.binColumns)
    let rows =
      mapRow * shape.binRows..<min(shape.imageRows, (mapRow + 1) * shape.binRows)
    for imageRow in rows {
      let start = imageRow * shape.imageColumns
      try read(start + columns.lowerBound..<start + columns.upperBound, into: &row)
      for column in 0..<columns.count {
        let pixel = column / shape.binColumns * channels
        for channel in 0..<channels {
          intensities[pixel + channel] += row[column * channels + channel]
        }
      }
    }
  }
}
