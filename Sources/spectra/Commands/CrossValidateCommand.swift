import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra cross-validate`: every spectrum is once a test spectrum of a model that has not seen
/// it.
struct CrossValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cross-validate",
    abstract:
      "Train ten models, each tested on another tenth of the database, and print the errors.")

  @OptionGroup var options: TrainingOptions

  @Option(help: "Number of the ten folds to run, from the first.")
  var folds = 10

  func validate() throws {
    guard (1...10).contains(folds) else { throw ValidationError("--folds must be 1 to 10.") }
  }

  func run() throws {
    let dataset = try options.dataset()
    let display = ProgressDisplay("cross-validation")
    var total = ErrorTable()
    for fold in 0..<folds {
      let plan = try options.plan(for: dataset, fold: fold)
      let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
      var document = try trainer.train { progress in
        display.draw(
          Double(fold) / Double(folds),
          "fold \(fold + 1) of \(folds), member \(progress.member + 1)")
        return true
      }
      let (_, table) = try TrainCommand.finish(&document, trainer)
      total += table
      display.say(
        "fold \(fold + 1) of \(folds): \(table.spectrumCount) test spectra, "
          + "\(fixed(display.seconds, 0)) s")
    }
    print(
      "\(options.alignment.rawValue) alignment, split by \(options.split.rawValue), seed "
        + "\(options.seed): \(total.spectrumCount) test spectra\n")
    print(ErrorReport(total).lines.joined(separator: "\n"))
  }
}
