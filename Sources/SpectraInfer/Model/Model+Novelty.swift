extension Model {
  /// Distance to the nearest reference up to which a spectrum counts as similar to it: 95 of 100
  /// references are that near to one of another material. In the unit of the prepared intensities.
  package var similarWithin: Double { calibration.distances.span[95] }
}
