import SpectraInfer

/// How far a model can be trusted, in the JSON file of an evaluation. Names of stored properties are
/// the names in the file.
struct TrustDescription: Encodable, Equatable {
  /// One property against one naive rival, with a paired test at 5 %.
  struct Rival: Encodable, Equatable {
    var property: String
    var rival: NaiveRival
    var mean_absolute_error: Double
    var rival_mean_absolute_error: Double
    var group_count: Int
    var p_value: Double
    var passes: Bool
  }

  /// How many of some spectra are flagged as outside of the reference domain.
  struct Flagged: Encodable, Equatable {
    var spectrum_count: Int
    var flagged_count: Int
  }

  var better_than: [Rival]
  /// As in the model card, of these spectra; without those properties that too few of them have.
  var coverage: [ModelCard.Coverage]
  var unseen_spectra: Flagged
  /// Left out for a model without references.
  var foreign_edges: Flagged?

  init(_ assessment: TrustAssessment) {
    better_than = assessment.comparison.entries.map { entry in
      Rival(
        property: "\(entry.property.name)", rival: entry.rival,
        mean_absolute_error: entry.modelError, rival_mean_absolute_error: entry.rivalError,
        group_count: entry.test.groupCount, p_value: entry.test.pValue, passes: entry.passes)
    }
    coverage = assessment.coverage.cardEntries
    unseen_spectra = Flagged(
      spectrum_count: assessment.spectrumCount, flagged_count: assessment.outsideCount)
    foreign_edges = assessment.foreignEdges.map {
      Flagged(spectrum_count: $0.flagged + $0.passed, flagged_count: $0.flagged)
    }
  }
}
