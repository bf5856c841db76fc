extension Model {
  /// Runs all members on one spectrum that is prepared already, there and back.
  func differentiate(
    _ features: Span<Float>, using workspace: inout Workspace
  ) throws(SpectraError) {
    try checkFeatureCount(features.count)
    try take(features, row: 0, into: &workspace.scaled)
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
      Self.run(
        ensemble, rows: rows, input: workspace.scaled, hidden: &workspace.hidden,
        into: &workspace.outputs)
    }
  }

  /// Runs the networks of the reference domain, if there are any, on the first `rows` rows of scaled
  /// features.
  func runDomain(rows: Int, using workspace: inout Workspace) {
    if rows == 1 {
      let pass = unsafe workspace.domainPass
      for member in 0..<domain.networks.memberCount {
        unsafe domain.networks.runAlone(member: member, pass, withGradients: false)
      }
    } else {
      Self.run(
        domain.networks, rows: rows, input: workspace.scaled, hidden: &workspace.hidden,
        into: &workspace.domain)
    }
  }

  private static func run(
    _ networks: borrowing Ensemble, rows: Int, input: borrowing Region<Float>,
    hidden: inout Region<Float>, into outputs: inout Region<Float>
  ) {
    let size = rows * networks.outputStride
    let input = input.span(rows * networks.widestLayer)
    var hidden = hidden.mutableSpan(networks.hiddenLayerCount * rows * networks.widestLayer)
    var outputs = outputs.mutableSpan(networks.memberCount * size)
    for member in 0..<networks.memberCount {
      var own = outputs._mutatingExtracting((member * size)..<((member + 1) * size))
      networks.run(member: member, rows: rows, input: input, hidden: &hidden, into: &own)
    }
  }
}
