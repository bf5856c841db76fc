/// Numbers in rows and columns: one spectrum a row, one feature or property a column.
///
/// Two matrices with a NaN (a missing target) are never equal, as two NaN are not.
public struct Matrix: Sendable, Equatable {
  /// Number of rows.
  public private(set) var rows: Int
  /// Number of columns.
  public private(set) var columns: Int
  /// The elements, row-major: element (row, column) is `values[row * columns + column]`.
  public internal(set) var values: [Float]

  /// A matrix of the given elements, row-major.
  public init(rows: Int, columns: Int, values: [Float]) {
    precondition(rows >= 0 && columns >= 0, "A matrix has no negative number of rows or columns.")
    precondition(values.count == rows * columns, "A matrix needs rows x columns elements.")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A matrix of one value everywhere.
  public init(rows: Int, columns: Int, repeating value: Float = 0) {
    self.init(rows: rows, columns: columns, values: Array(repeating: value, count: rows * columns))
  }

  /// Element (row, column).
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(column >= 0 && column < columns, "The matrix has no such column.")
      return values[row * columns + column]
    }
    set {
      precondition(column >= 0 && column < columns, "The matrix has no such column.")
      values[row * columns + column] = newValue
    }
  }

  /// The elements of one row.
  public func row(_ row: Int) -> ArraySlice<Float> {
    values[row * columns..<(row + 1) * columns]
  }

  /// The rows with these indices, in this order; an index may occur more than once.
  public func selecting(rows indices: some Collection<Int>) -> Matrix {
    var selected = Matrix(rows: 0, columns: columns)
    selected.copy(rows: indices, of: self)
    return selected
  }

  /// Becomes the rows of `source` with these indices, as `selecting(rows:)` would give them, in the
  /// memory that is there already where it suffices.
  mutating func copy(rows indices: some Collection<Int>, of source: Matrix) {
    rows = indices.count
    columns = source.columns
    values.removeAll(keepingCapacity: true)
    values.reserveCapacity(rows * columns)
    for index in indices { values.append(contentsOf: source.row(index)) }
  }
}
