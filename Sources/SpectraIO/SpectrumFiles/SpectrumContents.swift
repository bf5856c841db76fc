/// What a reader finds in a file.
package struct SpectrumContents: Sendable {
  package var format: SpectrumFormat
  package var axis: SignalAxis
  package var intensities: StoredIntensities
  package var metadata = SpectrumMetadata()
  package var warnings: [String] = []
}
