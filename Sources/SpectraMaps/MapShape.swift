package import SpectraIO

/// How the pixels of an image become the pixels of a map: each of a map sums `binRows` x
/// `binColumns` of the image. The last row and column of a map sum what is left.
package struct MapShape: Sendable, Equatable {
  /// Rows and columns of the image.
  package let imageRows: Int
  package let imageColumns: Int
  /// Rows and columns of the image that a pixel of the map sums.
  package let binRows: Int
  package let binColumns: Int

  /// The shape of the maps of an image.
  ///
  /// - Parameters:
  ///   - navigationShape: [rows, columns], or [columns] of a line of spectra.
  ///   - name: stands for the image in errors.
  /// - Throws: `DataError` where that is no image, or is smaller than the bin.
  package init(
    navigationShape: [Int], binRows: Int = 1, binColumns: Int = 1, name: String
  ) throws(DataError) {
    switch navigationShape.count {
    case 1: (imageRows, imageColumns) = (1, navigationShape[0])
    case 2: (imageRows, imageColumns) = (navigationShape[0], navigationShape[1])
    case 0:
      throw DataError("\(name): holds one spectrum and no image; use spectra predict")
    default:
      throw DataError(
        "\(name): has \(navigationShape.count) axes beside the energy; export one image of it")
    }
    guard imageRows >= 1, imageColumns >= 1 else {
      throw DataError(
        "\(name): is an image of \(imageRows) x \(imageColumns) spectra; name one that holds some")
    }
    guard binRows >= 1, binColumns >= 1, binRows <= imageRows, binColumns <= imageColumns else {
      throw DataError(
        "\(name): the image has \(imageRows) x \(imageColumns) spectra, fewer than a bin of "
          + "\(binRows) x \(binColumns); bin fewer")
    }
    self.binRows = binRows
    self.binColumns = binColumns
  }

  /// Rows of the maps.
  package var rows: Int { (imageRows + binRows - 1) / binRows }
  /// Columns of the maps.
  package var columns: Int { (imageColumns + binColumns - 1) / binColumns }
  /// Pixels of a map.
  package var count: Int { rows * columns }
  /// Whether pixels are summed.
  package var isBinned: Bool { binRows > 1 || binColumns > 1 }

  /// The map in parts that are read and predicted one at a time, in the order of the pixels.
  ///
  /// Without a bin a tile is a stretch of the image as it lies in the file, over the ends of rows;
  /// with one it is a stretch of one row of the map.
  ///
  /// - Parameter valueCount: intensities that may be in memory at once for a tile.
  package func tiles(channelCount: Int, valueCount: Int = 1 << 19) -> [MapTile] {
    let spectra = max(1, valueCount / max(1, channelCount))
    let (lineCount, lineLength, length) =
      isBinned
      ? (rows, columns, max(1, spectra / binColumns))
      : (1, count, spectra)
    var tiles: [MapTile] = []
    for line in 0..<lineCount {
      for start in stride(from: 0, to: lineLength, by: length) {
        let end = min(lineLength, start + length)
        tiles.append(MapTile(pixels: (line * lineLength + start)..<(line * lineLength + end)))
      }
    }
    return tiles
  }
}
