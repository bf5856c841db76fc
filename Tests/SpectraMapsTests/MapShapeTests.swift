import SpectraIO
import SpectraMaps
import Testing

@Suite("The shape of maps")
struct MapShapeTests {
  @Test(
    "Tiles are every pixel once, in order",
    arguments: [
      ([5, 7], 1, 1), ([5, 7], 2, 3), ([64], 1, 5), ([1, 1], 1, 1), ([3, 1000], 3, 7),
    ])
  func tiles(shape: [Int], binRows: Int, binColumns: Int) throws {
    let shape = try MapShape(
      navigationShape: shape, binRows: binRows, binColumns: binColumns, name: "x")
    for values in [1, 100, 1 << 21] {
      let tiles = shape.tiles(channelCount: 10, valueCount: values)
      #expect(tiles.flatMap { Array($0.pixels) } == Array(0..<shape.count))
      if shape.isBinned {
        #expect(
          tiles.allSatisfy {
            $0.pixels.lowerBound / shape.columns == ($0.pixels.upperBound - 1) / shape.columns
          })
      }
    }
  }

  @Test(
    "What is no image is refused",
    arguments: [
      ([], 1, 1, "use spectra predict"), ([2, 3, 4], 1, 1, "has 3 axes beside the energy"),
      ([0, 5], 1, 1, "0 x 5 spectra"), ([5, 0], 1, 1, "5 x 0 spectra"),
      ([4, 4], 5, 1, "bin fewer"), ([4], 2, 1, "bin fewer"), ([4, 4], 0, 1, "bin fewer"),
    ])
  func refusals(shape: [Int], binRows: Int, binColumns: Int, says: String) throws {
    let error = #expect(throws: DataError.self) {
      try MapShape(navigationShape: shape, binRows: binRows, binColumns: binColumns, name: "x.npy")
    }
    #expect(error?.description.contains(says) == true)
    #expect(error?.description.hasPrefix("x.npy: ") == true)
  }
}
