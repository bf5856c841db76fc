import SpectraIO
import SpectraInfer

/// A reference near a spectrum, with its simulated properties.
struct ReferenceNeighbor: Equatable {
  /// Index in the model's references.
  var reference: Int
  /// Its identifier.
  var spectrum: String
  /// Euclidean distance of the prepared intensities over the square root of their number.
  var distance: Double
  /// Its properties; NaN where it has none.
  var properties: PropertyValues
}

extension Model {
  /// The nearest references to a row of a dataset, nearest first: three, or two where the row is a
  /// reference itself, which is left out.
  func neighbors(of row: Int, _ dataset: Dataset) throws(SpectraError) -> [ReferenceNeighbor] {
    var workspace = try makeWorkspace(channelCount: 0)
    let features = Array(dataset.features.row(row))
    let prediction = try predict(features: features.span, using: &workspace)
    var neighbors: [ReferenceNeighbor] = []
    for rank in 0..<prediction.neighborCount {
      let neighbor = prediction.neighbors[rank]
      let spectrum = referenceIdentifier(neighbor.reference)
      if spectrum == dataset.sites[row].id { continue }
      neighbors.append(
        ReferenceNeighbor(
          reference: neighbor.reference, spectrum: spectrum, distance: neighbor.distance,
          properties: referenceProperties(neighbor.reference)))
    }
    return neighbors
  }
}
