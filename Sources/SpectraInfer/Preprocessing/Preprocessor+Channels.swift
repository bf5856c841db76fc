/// Which channels of a spectrum the features and their noise depend on.
extension Preprocessor {
  /// The channels that are looked at behind the background, before the onset is known.
  ///
  /// - Parameters:
  ///   - lowest: end of the background window, eV; nil: none was fitted.
  ///   - shift: what is added to the axis, eV; nil: the onset will tell.
  func neededChannels(of axis: EnergyAxis, above lowest: Double?, shift: Double?) -> Range<Int> {
    let half = edgeRule.averagingWidth / 2
    let (start, end): (Double, Double)
    if let shift {
      start = min(lowest ?? axis.first, grid.lowerBorder - shift)
      end = grid.upperBorder - shift
    } else {
      // Onsets lie from `lowest` up to the window's end.
      start = (lowest ?? axis.first) + min(0, grid.lowerBorder, -half)
      end = edgeRule.onsetWindow.end + max(grid.upperBorder, edgeRule.maximumWithin + half)
    }
    // A multiple of eight: vectors of channels then begin where a line of the cache does.
    let first = max(0, axis.channel(atOrAbove: start) - 2) / 8 * 8
    return first..<max(first + 2, min(axis.count, axis.channel(atOrAbove: end) + 2))
  }
}
