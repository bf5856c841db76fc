import SpectraTrain

/// How far a model can be trusted with spectra that it has not seen, as text for a person.
struct TrustReport {
  let lines: [String]

  init(_ trust: TrustAssessment) {
    var lines: [String] = []
    if trust.spectrumCount > 0 {
      lines += NaiveReport(trust.comparison).lines
      lines += [
        "",
        "Of \(counted(trust.spectrumCount, "spectrum", "spectra")) that are not learned from:",
      ]
      lines += CoverageReport(trust.coverage).lines
    }
    if let foreign = trust.foreignEdges {
      lines += ["", "Flagged as outside of the reference domain:"]
      if trust.spectrumCount > 0 {
        lines.append(
          "  \(trust.outsideCount) of \(trust.spectrumCount) spectra that are not learned from")
      }
      let edges = foreign.flagged + foreign.passed
      lines.append("  \(foreign.flagged) of \(edges) edges of random peaks")
    }
    self.lines = lines
  }
}
