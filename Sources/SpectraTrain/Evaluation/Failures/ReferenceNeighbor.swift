import SpectraIO
import SpectraInfer

/// A reference near a spectrum, with its simulated properties.
struct ReferenceNeighbor: Sendable, Equatable {
  /// How many are told of a spectrum, as in the paper.
  static let count = Prediction.neighborCountMaximum

  /// Identifier of the reference.
  var spectrum: String
  /// Euclidean distance of the prepared intensities over the square root of their number.
  var distance: Double
  /// Its properties; NaN where it has none.
  var properties: PropertyValues
  /// Its prepared intensities.
  var features: [Float]
}

extension Model {
  /// The nearest references to a row of a dataset, nearest first: three, or two where the row is a
  /// reference itself, which is left out.
  func neighbors(of row: Int, _ dataset: Dataset) throws(SpectraError) -> [ReferenceNeighbor] {
    var workspace = try makeWorkspace(channelCount: 0)
    let features = Array(dataset.features.row(row))
    let prediction = try predict(features: features.span, using: &workspace)
    let references = referenceFeatures
    var neighbors: [ReferenceNeighbor] = []
    for rank in 0..<prediction.neighborCount {
      let (neighbor, start) = (
        prediction.neighbors[rank], prediction.neighbors[rank].reference * featureCount
      )
      let spectrum = referenceIdentifier(neighbor.reference)
      if spectrum == dataset.sites[row].id { continue }
      neighbors.append(
        ReferenceNeighbor(
          spectrum: spectrum, distance: neighbor.distance,
          properties: referenceProperties(neighbor.reference),
          features: (start..<start + featureCount).map { references[$0] }))
    }
    return neighbors
  }
}

extension Dataset {
  /// The nearest of some rows to another row, nearest first, the earlier row where distances are
  /// equal.
  func neighbors(of row: Int, among references: [Int]) -> [ReferenceNeighbor] {
    let distances = references.map { (features.distance(row, $0), $0) }
    return distances.sorted { $0 < $1 }.prefix(ReferenceNeighbor.count).map { distance, reference in
      ReferenceNeighbor(
        spectrum: sites[reference].id, distance: distance,
        properties: sites[reference].properties, features: Array(features.row(reference)))
    }
  }
}
