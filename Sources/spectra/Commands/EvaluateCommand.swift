import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra evaluate`: the errors of a model beside those of naive predictors.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Print the errors of a model beside predicting the mean and the nearest spectrum.",
    discussion: """
      Four parts are told apart: spectra that the model learned from; its test part, which \
      nothing was fitted to; groups that were held out by name; and spectra that came to the \
      database since, of groups it has never seen.
      """)

  @Argument(help: "The model file.")
  var model: String

  @Argument(help: "Folder of the database, with sites.csv and transitions.csv.")
  var data: String

  @Option(help: "Smallest gap of a crystal whose sites are used, eV.")
  var smallestGap = 1.0

  @Option(
    help: ArgumentHelp(
      "Write predictions, errors and the worst spectra to this folder, to draw figures from.",
      valueName: "folder"))
  var report: String?

  func run() throws {
    let file = try ModelFile(model)
    let dataset = try Dataset(
      Database(folder: data), preprocessor: file.model.preprocessor, smallestGap: smallestGap)
    let parts = DataParts(of: dataset, model: file.model, card: file.card)
    var evaluation: EvaluationReport?
    if let report {
      evaluation = try EvaluationReport(
        in: report, model: file.model, card: file.card, dataset: dataset, parts: parts)
    }
    print("\(file.card.name); split by \(file.card.split), seed \(file.card.seed)")
    for part in DataParts.Part.allCases where !parts[part].isEmpty {
      let table = ErrorTable(try file.model.predictions(for: parts[part], of: dataset))
      print(
        "\n\(part.title): \(counted(table.spectrumCount, "spectrum", "spectra")) of "
          + "\(counted(Set(parts[part].map { dataset.sites[$0].group }).count, "group", "groups"))\n"
      )
      print(ErrorReport(table).lines.joined(separator: "\n"))
    }
    let trust = try TrustAssessment(
      of: file.model, card: file.card, dataset: dataset, parts: parts)
    print(([""] + TrustReport(trust).lines).joined(separator: "\n"))
    print(([""] + notes(file, dataset, parts)).joined(separator: "\n"))
    guard let report, let evaluation else { return }
    try evaluation.write(file.model, trust: trust)
    print(([""] + FailureReport(evaluation, dataset, parts).lines).joined(separator: "\n"))
    print("\n\(report): draw it with python3 -m spectra_infer.report \(report)")
  }

  /// What must be known to read the tables.
  private func notes(
    _ file: borrowing ModelFile, _ dataset: Dataset, _ parts: DataParts
  ) -> [String] {
    var notes = [ErrorReport.legend]
    let unknown = counted(parts.unknown.count, "spectrum is", "spectra are")
    if file.model.referenceCount == 0 {
      notes.append("The model has no references: which spectra it learned from cannot be told.")
    } else {
      notes.append("The nearest of a spectrum that was learned from is itself.")
      if !parts.unknown.isEmpty {
        notes.append(
          "\(unknown) left out: new ones of groups that the model knows, neither seen nor unseen.")
      }
    }
    if let made = file.card.data_sha256, made != dataset.checksums {
      notes.append("The database is not in the state that the model was made of.")
    }
    return notes
  }
}

extension DataParts.Part {
  /// Words for a person.
  fileprivate var title: String {
    switch self {
    case .training: "learned from"
    case .test: "test part"
    case .heldOut: "held out"
    case .new: "new groups"
    }
  }
}
