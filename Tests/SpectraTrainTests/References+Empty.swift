import SpectraTrain

extension ModelDocument.References {
  /// Takes all of them away, which leaves a model that knows no spectrum of `features` intensities.
  mutating func removeAll(features: Int) {
    self.features = Payload([], shape: [0, features])
    groups = []
    ids = []
    properties = []
  }
}
