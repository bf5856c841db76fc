import Foundation

/// A low-loss spectrum of known thickness: a Gaussian zero-loss peak with a Poisson series of
/// plasmons, each a Gaussian, so that every order is known in closed form.
struct LowLossSpectrum {
  /// Full width at half maximum of the zero-loss peak, eV.
  var width = 0.8
  /// Position of the zero-loss peak, eV.
  var position = 0.0
  /// t / lambda.
  var thickness = 0.7
  /// Energy of the plasmon, eV.
  var plasmon = 22.0
  /// Standard deviation of the plasmon, eV.
  var plasmonSigma = 3.0
  /// Counts in all.
  var total = 1e7
  /// eV per channel.
  var dispersion = 0.1
  var start = -10.0
  var end = 100.0

  init(dispersion: Double = 0.1) { self.dispersion = dispersion }

  var sigma: Double { width / (8 * log(2.0)).squareRoot() }
  var energies: [Double] {
    (0..<Int(((end - start) / dispersion).rounded())).map { start + Double($0) * dispersion }
  }

  /// Weight, position and standard deviation of the orders of plural scattering.
  var orders: [(weight: Double, energy: Double, sigma: Double)] {
    var weight = exp(-thickness)
    return (0..<25).map { order in
      if order > 0 { weight *= thickness / Double(order) }
      return (
        weight, position + Double(order) * plasmon,
        (sigma * sigma + Double(order) * plasmonSigma * plasmonSigma).squareRoot()
      )
    }
  }

  func intensity(at energy: Double) -> Double {
    orders.reduce(0) { sum, order in
      let x = (energy - order.energy) / order.sigma
      return sum + order.weight * exp(-x * x / 2) / (order.sigma * (2 * Double.pi).squareRoot())
    } * total * dispersion
  }

  var expected: [Double] { energies.map { intensity(at: $0) } }
  var counts: [Float] { expected.map { Float($0) } }
}
