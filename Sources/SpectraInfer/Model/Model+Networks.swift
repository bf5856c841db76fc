extension Model {
  /// Runs all members on one spectrum that is prepared already, there and back.
  func differentiate(
    _ features: Span<Float>, using workspace: inout Workspace
  ) throws(SpectraError) {
    try checkFeatureCount(features.count)
    try adopt(features, from: 0, row: 0, using: &workspace)
    runNetworks(rows: 1, withGradients: true, using: &workspace)
  }

  /// Runs all members on the first `rows` rows of scaled features, there and, where the gradients of
  /// a single row are wanted, back.
  func runNetworks(
    rows: Int, withGradients: Bool = false, using workspace: inout Workspace
  ) {
    workspace.rowsRun = rows
    if rows == 1 {
      let pass = unsafe workspace.singlePass
      for member in 0..<memberCount {
        unsafe ensemble.runAlone(member: member, pass, withGradients: withGradients)
      }
    } else {
      let size = rows * ensemble.outputStride
      for member in 0..<memberCount {
        run(
          member: member, rows: rows, input: workspace.scaled, hidden: &workspace.hidden,
          into: &workspace.outputs, at: member * size)
      }
    }
  }

  private func run(
    member: Int, rows: Int, input: borrowing Region<Float>, hidden: inout Region<Float>,
    into outputs: inout Region<Float>, at start: Int
  ) {
    let size = rows * ensemble.outputStride
    let input = input.span(rows * ensemble.widestLayer)
    var hidden = hidden.mutableSpan(ensemble.hiddenLayerCount * rows * ensemble.widestLayer)
    var outputs = outputs.mutableSpan(start + size)
    var own = outputs._mutatingExtracting(start..<(start + size))
    ensemble.run(member: member, rows: rows, input: input, hidden: &hidden, into: &own)
  }
}
