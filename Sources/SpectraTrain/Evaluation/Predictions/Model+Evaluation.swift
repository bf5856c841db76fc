import SpectraIO
public import SpectraInfer

extension Model {
  /// Predicts rows of a dataset, whose properties are known, from their prepared intensities.
  ///
  /// - Throws: `SpectraError` where a spectrum cannot be predicted.
  /// - Complexity: O(rows x (weights + references x features)).
  public func predictions(
    for rows: some Sequence<Int>, of dataset: Dataset
  ) throws(SpectraError) -> [SpectrumPrediction] {
    let naive = NaivePredictors(
      references: (0..<referenceCount).map { referenceProperties($0) })
    var workspace = try makeWorkspace(channelCount: 0)
    var predictions: [SpectrumPrediction] = []
    for row in rows {
      let features = Array(dataset.features.row(row))
      let prediction = try predict(features: features.span, using: &workspace)
      let site = dataset.sites[row]
      var nearest: SpectrumPrediction.NearestReference?
      var nearestProperties = PropertyValues(repeating: .nan)
      if prediction.neighborCount > 0 {
        let neighbor = prediction.neighbors[0]
        nearest = SpectrumPrediction.NearestReference(
          spectrum: referenceIdentifier(neighbor.reference), distance: neighbor.distance)
        nearestProperties = referenceProperties(neighbor.reference)
      }
      predictions.append(
        SpectrumPrediction(
          spectrum: site.id, material: site.material, group: site.group,
          expected: site.properties, estimates: MaterialProperty.allCases.map { prediction[$0] },
          novelty: prediction.novelty, flags: prediction.flags, nearest: nearest,
          naiveMean: naive.means, naiveNearest: naive.values(nearest: nearestProperties)))
    }
    return predictions
  }
}
