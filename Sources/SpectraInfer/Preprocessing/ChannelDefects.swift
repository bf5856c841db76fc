internal import CKernels

/// Channels whose intensities are those of the detector rather than of the specimen.
///
/// Adjacent channels of Poisson counts with mean m are equal with a probability of about
/// 1 / (2 sqrt(pi m)). A run of equal channels is a defect where it has at least 3 of them and
/// would be expected in fewer than one of 10000 spectra. Channels of exactly 0 are one where both
/// their neighbours have 30 counts or more. One count is the smallest step in the spectrum.
public struct ChannelDefects: Sendable, Equatable {
  private static let falseAlarms = 1e-4
  private static let shortestRun = 3
  private static let deadCounts = 30.0
  private static let deadShare = 1e-3

  /// Channels in runs of the spectrum's largest intensity: the detector was full.
  public private(set) var saturated = 0
  /// Channels in other runs of one intensity, longer than noise allows, and channels of 0 among
  /// others that are far from it.
  public private(set) var constant = 0
  /// The smallest difference of adjacent channels that is not 0; 0 where there is none.
  private(set) var smallestStep = 0.0

  /// No defects.
  public init() {}

  /// Looks through the intensities of a spectrum.
  ///
  /// - Complexity: O(channels).
  init(
    in signal: borrowing MutableSpan<Double>, _ survey: spectra_channel_survey,
    _ kernel: ChannelKernel
  ) {
    let count = signal.count
    smallestStep = survey.smallest_step.isFinite ? survey.smallest_step : 0
    guard survey.repeats else { return }
    var start = 0
    while let begin = kernel.nextRepeat(in: signal, from: start) {
      var end = begin + 1
      let value = signal[begin]
      while end < count, signal[end] == value { end += 1 }
      let length = end - begin
      // What touches an end of the axis may be padding.
      if value == 0 {
        if begin > 0, end < count {
          let around = min(signal[begin - 1], signal[end])
          if around > Self.deadCounts * smallestStep, around > Self.deadShare * survey.largest {
            constant += length
          }
        }
      } else if length >= Self.shortestRun, value > 0, length >= longestRun(of: value, in: count) {
        if value == survey.largest { saturated += length } else { constant += length }
      }
      start = end
    }
  }

  /// Length that a run of equal counts reaches in one of 10000 spectra.
  private func longestRun(of value: Double, in count: Int) -> Int {
    guard smallestStep > 0 else { return Self.shortestRun }
    let probability = 1 / (2 * (Double.pi * value / smallestStep).squareRoot())
    guard probability < 0.5 else { return count + 1 }
    return 1 + Int((log(Self.falseAlarms / Double(count)) / log(probability)).rounded(.up))
  }
}
