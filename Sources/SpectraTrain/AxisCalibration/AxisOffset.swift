import CKernels
public import SpectraIO

/// What must be added to a measured energy axis to reach the simulated one, found by comparing a
/// measured spectrum of a known material with its simulation.
///
/// The offset d is first looked for where the correlation of the measured signal y(E) with the
/// simulated one S(E + d) is greatest, and then refined by least squares (Gauss and Newton) of
///
///     y(E) = a S(E + d) + b + c (E - middle)
///
/// in the range from `below` before the simulated threshold to `above` behind it. b and c take what
/// the background left over.
///
/// The standard error is that of unweighted least squares of noise with the variances v:
///
///     covariance = (J'J)^-1 J' diag(v) J (J'J)^-1
///
/// times the residuals over the noise where these are larger than it, because the simulation does not
/// describe every detail of a measured spectrum. Residuals that are smooth are not independent, so
/// that the error is then a lower bound.
public struct AxisOffset: Sendable, Equatable {
  /// Energies of the fit before the simulated threshold, eV.
  public static let below = 5.0
  /// Energies of the fit behind the simulated threshold, eV.
  public static let above = 14.0
  /// How far an axis may be off, eV.
  public static let farthest = 30.0
  private static let step = 0.1
  private static let fewestChannels = 20

  /// What is added to the measured axis, eV.
  public let offset: Double
  /// Its standard error, eV.
  public let standardError: Double
  /// Correlation of the measured and the simulated spectrum at this offset, at most 1.
  public let correlation: Double
  /// Residuals of the fit over the noise: 1 where the simulation explains all but the noise.
  public let misfit: Double

  /// Finds the offset.
  ///
  /// - Parameters:
  ///   - energies: of the channels, eV, strictly increasing.
  ///   - signal: intensities without their background.
  ///   - variances: of the noise in each channel, in the square of the intensities' unit.
  ///   - reference: the simulated spectrum of the same material.
  /// - Throws: `DataError` where the axis does not reach over the edge, or no edge is there.
  /// - Complexity: O(channels x offsets tried).
  public init(
    energies: [Double], signal: [Double], variances: [Double], reference: MaterialSpectrum
  ) throws(DataError) {
    precondition(
      energies.count == signal.count && energies.count == variances.count,
      "There is one signal and one variance for each energy.")
    var best = (offset: Double.nan, correlation: 0.0)
    for index in 0...Int(2 * Self.farthest / Self.step) {
      let offset = Double(index) * Self.step - Self.farthest
      guard let channels = Self.channels(energies, offset, reference) else { continue }
      let correlation = Self.correlation(energies, signal, channels, offset, reference)
      if correlation > best.correlation { best = (offset, correlation) }
    }
    guard best.correlation > 0.5,
      let channels = Self.channels(energies, best.offset, reference)
    else {
      throw DataError(
        "nothing in the spectrum is like the simulated edge of \(reference.material); measure from "
          + "\(Int(Self.below)) eV before the edge to \(Int(Self.above)) eV behind it, and check the axis "
          + "and the background")
    }
    var fit = Fit(offset: best.offset, step: .infinity, variance: 0, misfit: 1)
    for _ in 0..<50 {
      guard let next = Fit(fit.offset, energies, signal, variances, channels, reference),
        (next.offset - best.offset).magnitude < 3
      else { throw Self.notSettled }
      fit = next
      if fit.step.magnitude < 1e-7 { break }
    }
    guard fit.step.magnitude < 1e-4 else { throw Self.notSettled }
    offset = fit.offset
    misfit = fit.misfit
    standardError = fit.variance.squareRoot() * max(1, fit.misfit)
    correlation = Self.correlation(energies, signal, channels, fit.offset, reference)
  }

  private static var notSettled: DataError {
    DataError(
      "no single offset fits the spectrum; check the background window, or measure with more dose")
  }

  /// The channels that are compared; nil where the axis does not reach over them.
  private static func channels(
    _ energies: [Double], _ offset: Double, _ reference: MaterialSpectrum
  ) -> Range<Int>? {
    let start = reference.threshold - below - offset
    let end = min(reference.threshold + above, reference.end) - offset
    guard let first = energies.first, let last = energies.last, first <= start, last >= end
    else { return nil }
    let begin = energies.firstIndex { $0 >= start } ?? energies.endIndex
    let close = energies.lastIndex { $0 <= end }.map { $0 + 1 } ?? begin
    return close - begin >= fewestChannels ? begin..<close : nil
  }

  /// Pearson's correlation.
  private static func correlation(
    _ energies: [Double], _ signal: [Double], _ channels: Range<Int>, _ offset: Double,
    _ reference: MaterialSpectrum
  ) -> Double {
    let count = Double(channels.count)
    let simulated = channels.map { reference.intensity(at: energies[$0] + offset).value }
    let means = (
      channels.reduce(0.0) { $0 + signal[$1] } / count, simulated.reduce(0, +) / count
    )
    var (one, two, both) = (0.0, 0.0, 0.0)
    for (channel, intensity) in zip(channels, simulated) {
      let (x, y) = (signal[channel] - means.0, intensity - means.1)
      one += x * x
      two += y * y
      both += x * y
    }
    let product = one * two
    return product > 0 ? both / product.squareRoot() : 0
  }
}

extension AxisOffset {
  /// A step of the least squares, and what it says of the offset.
  private struct Fit {
    var offset: Double
    /// The last change of the offset, eV.
    var step: Double
    var variance: Double
    var misfit: Double

    init(offset: Double, step: Double, variance: Double, misfit: Double) {
      (self.offset, self.step, self.variance, self.misfit) = (offset, step, variance, misfit)
    }

    /// One step from an offset; nil where the normal equations have no solution.
    init?(
      _ offset: Double, _ energies: [Double], _ signal: [Double], _ variances: [Double],
      _ channels: Range<Int>, _ reference: MaterialSpectrum
    ) {
      let middle = (energies[channels.lowerBound] + energies[channels.upperBound - 1]) / 2
      // Amplitude first, as the slope of the offset's column needs it.
      let shapes = channels.map { channel in
        let simulated = reference.intensity(at: energies[channel] + offset)
        return [simulated.value, 1, energies[channel] - middle, simulated.slope]
      }
      let measured = channels.map { signal[$0] }
      guard let linear = Self.solve(shapes.map { Array($0[..<3]) }, measured) else { return nil }
      let amplitude = linear.solution[0]
      guard amplitude > 0 else { return nil }
      let jacobian = shapes.map { [$0[0], $0[1], $0[2], amplitude * $0[3]] }
      let residuals = zip(shapes, measured).map { shape, value in
        value - (0..<3).reduce(0.0) { $0 + linear.solution[$1] * shape[$1] }
      }
      guard let change = Self.solve(jacobian, residuals) else { return nil }
      step = change.solution[3]
      self.offset = offset + step
      // The row of (J'J)^-1 J' that gives the offset, with the noise through it.
      let row = change.inverse[3]
      var (noise, squares, total) = (0.0, 0.0, 0.0)
      for (index, channel) in channels.enumerated() {
        let weight = (0..<4).reduce(0.0) { $0 + row[$1] * jacobian[index][$1] }
        noise += weight * weight * variances[channel]
        let left =
          residuals[index]
          - (0..<4).reduce(0.0) { $0 + change.solution[$1] * jacobian[index][$1] }
        squares += left * left
        total += variances[channel]
      }
      let degrees = Double(channels.count - 4) / Double(channels.count)
      variance = noise
      misfit = total > 0 ? (squares / degrees / total).squareRoot() : 1
    }

    /// Least squares by the normal equations, and the inverse of their matrix.
    private static func solve(
      _ rows: [[Double]], _ values: [Double]
    ) -> (solution: [Double], inverse: [[Double]])? {
      let count = rows[0].count
      // Columns of unit length keep the matrix well conditioned.
      let lengths = (0..<count).map { column in
        rows.reduce(0.0) { $0 + $1[column] * $1[column] }.squareRoot()
      }
      guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      var matrix = (0..<count).map { row in
        (0..<count).map { column in
          rows.reduce(0.0) { $0 + $1[row] * $1[column] } / (lengths[row] * lengths[column])
        } + (0..<count).map { $0 == row ? 1.0 : 0 }
      }
      for pivot in 0..<count {
        let diagonal = matrix[pivot][pivot]
        // Positive definite, so that no rows need to be exchanged.
        guard diagonal > 1e-12 else { return nil }
        for column in 0..<2 * count { matrix[pivot][column] /= diagonal }
        for row in 0..<count where row != pivot {
          let factor = matrix[row][pivot]
          for column in 0..<2 * count { matrix[row][column] -= factor * matrix[pivot][column] }
        }
      }
      let inverse = (0..<count).map { row in
        (0..<count).map { matrix[row][count + $0] / (lengths[row] * lengths[$0]) }
      }
      let projected = (0..<count).map { column in
        zip(rows, values).reduce(0.0) { $0 + $1.0[column] * $1.1 }
      }
      let solution = inverse.map { row in
        zip(row, projected).reduce(0.0) { $0 + $1.0 * $1.1 }
      }
      return (solution, inverse)
    }
  }
}
