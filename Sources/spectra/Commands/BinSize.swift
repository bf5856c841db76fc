import ArgumentParser

/// Rows and columns that are summed, as an option takes them: `R` or `RxC`.
struct BinSize: ExpressibleByArgument, Equatable {
  let rows: Int
  let columns: Int

  init?(argument: String) {
    let sizes = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sizes.count), let rows = sizes[0], let columns = sizes[sizes.count - 1],
      (1...65536).contains(rows), (1...65536).contains(columns)
    else { return nil }
    self.rows = rows
    self.columns = columns
  }
}
