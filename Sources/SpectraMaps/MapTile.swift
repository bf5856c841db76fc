/// A stretch of the pixels of a map, row by row, that is worked on at once.
package struct MapTile: Sendable, Equatable {
  /// The pixels: row x columns + column.
  package let pixels: Range<Int>

  package init(pixels: Range<Int>) {
    self.pixels = pixels
  }
}
