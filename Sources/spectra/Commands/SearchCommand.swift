import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra search`: a database in, the scores of a grid of networks out, and a model of the best.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Compare a grid of networks by five-fold cross-validation; train and test the best.",
    discussion: """
      A list has commas and no spaces: --nodes 64,128. The results are in the folder of --out: \
      trials.csv, one row a trial, and configurations.csv, one row a point of the grid. A search \
      that was interrupted goes on with the same command; one with more points goes on too. \
      A score is the mean absolute error over that of predicting the mean, averaged over the \
      properties: the smaller the better, 1 is no better than the mean.
      """)

  @OptionGroup var options: SearchOptions

  @OptionGroup var foreignEdges: ForeignEdgesOption

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Folder of the results; made where there is none.", valueName: "folder"))
  var out: String

  @Option(
    help:
      "Trials, and networks of the winner, trained at once; by default as many as there are cores.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: ArgumentHelp("Write the model trained from the winner to this file.", valueName: "file"))
  var model: String?

  @Flag(help: "End after the trials: train no model, leave the test part alone.")
  var trialsOnly = false

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be 1 to 1024.") }
    if trialsOnly && model != nil {
      throw ValidationError("--trials-only trains no model; leave out --model or --trials-only.")
    }
  }

  func run() throws {
    if let model { try DataFile.checkWritable(model) }
    let trials = try options.trials
    let dataset = try trials.dataset()
    let plan = try trials.plan(for: dataset)
    let folds = try SearchFolds(dataset, plan: plan)
    let log = try SearchLog(folder: out, settings: SearchSettings(dataset, plan: plan))
    let search = GridSearch(grid: options.grid, base: plan.configuration, folds: folds)
    let display = ProgressDisplay("search")
    let interruption = Interruption()
    try run(search, log, folds, display, interruption)
    let ranking = SearchRanking(
      options.grid, inputs: dataset.features.columns, results: log.results)
    try DataFile.write(Data(ranking.csv.utf8), to: out + "/configurations.csv")
    guard let winner = ranking.simplest else {
      throw DataError(
        "training diverged at every point of the grid; use smaller --learning-rates")
    }
    print(SearchReport(ranking).lines.joined(separator: "\n"))
    let arguments = options.winnerArguments(winner.point) + foreignEdges.arguments
    print("\nspectra train \(options.data) \(arguments.joined(separator: " ")) --out FILE")
    if !trialsOnly { try test(winner.point, dataset, interruption) }
  }

  /// Runs the trials that are missing.
  private func run(
    _ search: GridSearch, _ log: SearchLog, _ folds: SearchFolds, _ display: ProgressDisplay,
    _ interruption: Interruption
  ) throws {
    let done = log.results
    let total = search.trials.count
    let missing = search.trials.count { done[$0] == nil }
    let spectra = folds.splits.reduce(0) { $0 + $1.test.count }
    display.say(
      "\(counted(spectra, "spectrum", "spectra")) in five folds, \(folds.testRows.count) in the "
        + "test part, split by \(options.split.rawValue), \(options.alignment.rawValue) alignment, "
        + "seed \(options.seed)")
    let before = missing < total ? ", \(total - missing) of them done before" : ""
    display.say(
      "\(counted(options.grid.points.count, "point", "points")) on five folds: \(total) trials"
        + "\(before), \(jobs) at once")
    let isComplete = try search.run(log: log, threads: jobs) { progress in
      let point = progress.point.map { ", " + SearchReport.name(of: $0) } ?? ""
      display.draw(progress.fraction, "\(progress.finished) of \(progress.total) trials\(point)")
      return !interruption.isRequested
    }
    let results = log.results
    let finished = search.trials.count { results[$0] != nil }
    if !isComplete {
      display.say(
        "interrupted: \(finished) of \(total) trials are in \(out)/\(SearchLog.tableName); "
          + "the same command goes on from there")
      throw ExitCode(Interruption.status)
    }
    if missing > 0 {
      display.say("\(counted(missing, "trial", "trials")) in \(duration(display.seconds))")
    }
  }

  /// Trains the winner as `spectra train` does, and looks at the test part.
  private func test(
    _ winner: GridPoint, _ dataset: Dataset, _ interruption: Interruption
  ) throws {
    let arguments = options.winnerArguments(winner).joined(separator: " ")
    try TestRecord.check(arguments, in: out)
    var plan = try options.winner(winner).plan(for: dataset)
    // No error of a property depends on it, and only a model file has it.
    if model != nil { plan.domain = foreignEdges.training }
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let training = ProgressDisplay("training")
    let progress = TrainCommand.progress(plan, training)
    var document: ModelDocument
    do {
      document = try trainer.train(threads: jobs) {
        progress($0) && !interruption.isRequested
      }
    } catch {
      guard interruption.isRequested else { throw error }
      training.say("interrupted: all trials are done; the same command trains the winner again")
      throw ExitCode(Interruption.status)
    }
    let (bytes, table) = try TrainCommand.finish(&document, trainer)
    try TestRecord(train: arguments, errors: table.cardErrors).write(to: out)
    if let model { try ModelWriter().write(bytes, to: model) }
    let tested = counted(table.spectrumCount, "test spectrum", "test spectra")
    print("\nErrors of the winner on \(tested), which the search has not seen:\n")
    print(ErrorReport(table).lines.joined(separator: "\n"))
  }
}
