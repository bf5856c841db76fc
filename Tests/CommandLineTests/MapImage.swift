import Foundation
import SpectraTestSupport

/// A spectrum image as a NumPy file, of edges with noise that differ from pixel to pixel.
struct MapImage {
  /// Options that give the energies of its channels.
  static let axis = ["--offset", "480", "--dispersion", "0.1"]
  static let channelCount = 1000

  let path: String

  /// Writes an image.
  ///
  /// - Parameter counts: of a pixel by its number; those of `counts(_:)` if nothing else is said.
  init(
    _ shape: [Int], in folder: TemporaryFolder, name: String = "image.npy",
    counts: (Int) -> [Float] = Self.counts
  ) throws {
    let sizes = (shape + [Self.channelCount]).map { "\($0)" }.joined(separator: ", ")
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sizes)), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
    // 97 is prime to the rows and columns, so that no two lines of pixels are alike.
    let kinds = (0..<97).map { pixel in
      counts(pixel).flatMap { count in
        (0..<4).map { UInt8(truncatingIfNeeded: count.bitPattern >> (8 * UInt32($0))) }
      }
    }
    for pixel in 0..<shape.reduce(1, *) {
      data.append(contentsOf: kinds[pixel % 97])
    }
    path = try folder.write(data, to: name)
  }

  /// The counts of a pixel.
  static func counts(_ pixel: Int) -> [Float] {
    var edge = EdgeSpectrum()
    edge.onset = 533 + 0.02 * Double(pixel % 97)
    return edge.noisy(seed: UInt64(pixel % 97))
  }
}
