/// Mean and standard deviation by which columns are brought to a common scale.
///
/// The deviation divides by the number of values (ddof = 0). A floor is added to it in square, so
/// that a column that hardly varies becomes about zero, and noise in it is not blown up to a
/// signal.
public struct Scaling: Sendable, Equatable {
  /// Mean of each column.
  public let mean: [Double]
  /// Scale of each column, above zero.
  public let scale: [Double]

  /// A scaling with known means and scales.
  public init(mean: [Double], scale: [Double]) {
    self.mean = mean
    self.scale = scale
  }

  /// Learns the scaling of columns from rows; NaN stands for a missing value.
  ///
  /// - Parameters:
  ///   - floor: is added to the deviation in square, in the unit of the values.
  public init(fittingColumnsOf rows: [[Double]], floor: Double) {
    let columns = rows.first?.count ?? 0
    var mean: [Double] = []
    var scale: [Double] = []
    for column in 0..<columns {
      let values = rows.map { $0[column] }.filter { !$0.isNaN }
      let count = Double(max(1, values.count))
      let average = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - average) * ($1 - average) }
      mean.append(average)
      scale.append((squares / count + floor * floor).squareRoot())
    }
    self.init(mean: mean, scale: scale)
  }

  /// (value - mean) / scale of all rows of a matrix, column by column, in single precision as the
  /// library computes it.
  public func apply(to matrix: Matrix) -> Matrix {
    var scaled = matrix
    let columns = matrix.columns
    let (mean, inverse) = (mean.map { Float($0) }, scale.map { 1 / Float($0) })
    for row in 0..<matrix.rows {
      for column in 0..<columns {
        let place = row * columns + column
        scaled.values[place] = (matrix.values[place] - mean[column]) * inverse[column]
      }
    }
    return scaled
  }
}
