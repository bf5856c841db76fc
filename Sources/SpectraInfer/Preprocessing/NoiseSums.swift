/// What the variance of a weighted sum of channels is made of.
struct NoiseSums<Weight: ChannelWeight> {
  /// The sum of w^2 variance.
  var noise = Weight.zero
  /// How the weighted background changes with the fit's level: the sum of w background.
  var level = Weight.zero
  /// How it changes with the slope: the sum of w background x.
  var slope = Weight.zero
}
