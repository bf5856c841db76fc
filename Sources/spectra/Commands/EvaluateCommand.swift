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
      Three parts are told apart: spectra that the model learned from; its test part, which \
      nothing was fitted to; and spectra that came to the database since, of groups it has never seen.
      """)

  @Argument(help: "The model file.")
  var model: String

  @Argument(help: "Folder of the database, with sites.csv and transitions.csv.")
  var data: String

  @Option(help: "Smallest gap of a crystal whose sites are used, eV.")
  var smallestGap = 1.0

  func run() throws {
    let file = try ModelFile(model)
    let dataset = try Dataset(
      Database(folder: data), preprocessor: file.model.preprocessor, smallestGap: smallestGap)
    var isReference: Set<String> = []
    for reference in 0..<file.model.referenceCount {
      isReference.insert(file.model.referenceIdentifier(reference))
    }
    let isTest = Set(file.card.test_spectra)
    let known = Set(
      dataset.sites.filter { isReference.contains($0.id) || isTest.contains($0.id) }.map(\.group))
    let parts: [(title: String, rows: [Int])] = [
      ("learned from", dataset.sites.indices.filter { isReference.contains(dataset.sites[$0].id) }),
      ("test part", dataset.sites.indices.filter { isTest.contains(dataset.sites[$0].id) }),
      ("new groups", dataset.sites.indices.filter { !known.contains(dataset.sites[$0].group) }),
    ]
    print("\(file.card.name); split by \(file.card.split), seed \(file.card.seed)")
    for part in parts where !part.rows.isEmpty {
      let table = ErrorTable(try file.model.predictions(for: part.rows, of: dataset))
      print("\n\(part.title): \(counted(table.spectrumCount, "spectrum", "spectra"))\n")
      print(ErrorReport(table).lines.joined(separator: "\n"))
    }
    print("\nThe nearest of a spectrum that was learned from is itself.")
  }
}
