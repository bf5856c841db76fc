extension Matrix {
  /// Euclidean distance of two rows over the square root of their length, in double precision.
  func distance(_ first: Int, _ second: Int) -> Double {
    var squares = 0.0
    for (one, other) in zip(row(first), row(second)) {
      let difference = Double(one) - Double(other)
      squares += difference * difference
    }
    return (squares / Double(columns)).squareRoot()
  }
}
