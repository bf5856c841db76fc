/// The exponential average of a network's parameters over the steps of training.
///
/// a = d a + (1 - d) w after each step, with d = min(decay, (1 + t) / (10 + t)) in step t = 1, 2,
/// ...: a short memory at first, so that the random initial weights are soon forgotten.
package struct WeightAverage: Sendable {
  package private(set) var network: FeedForwardNetwork
  private let decay: Double
  private var steps = 0

  package init(of network: FeedForwardNetwork, decay: Double) {
    self.network = network
    self.decay = decay
  }

  package mutating func follow(_ current: FeedForwardNetwork) {
    steps += 1
    let time = Double(steps)
    let share = Float(1 - min(decay, (1 + time) / (10 + time)))
    for index in current.layers.indices {
      Self.move(&network.layers[index].weights, to: current.layers[index].weights, by: share)
      Self.move(&network.layers[index].bias, to: current.layers[index].bias, by: share)
    }
  }

  private static func move(_ average: inout [Float], to current: [Float], by share: Float) {
    precondition(average.count == current.count, "The network must keep its shape.")
    let current = current.span
    var average = average.mutableSpan
    for index in 0..<current.count {
      average[index] += share * (current[index] - average[index])
    }
  }
}
