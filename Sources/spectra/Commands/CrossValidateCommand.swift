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

  @Option(help: "Number of seeds, from --seed on: the spread of the errors over them is shown.")
  var seeds = 1

  func validate() throws {
    guard (1...10).contains(folds) else { throw ValidationError("--folds must be 1 to 10.") }
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 1000.") }
  }

  func run() throws {
    let dataset = try options.dataset()
    let views = options.augmentation.map { AugmentedViews(dataset, $0) }
    let display = ProgressDisplay("cross-validation")
    var tables: [ErrorTable] = []
    for index in 0..<seeds {
      var options = options
      options.seed = self.options.seed &+ UInt64(index)
      tables.append(try table(of: dataset, views, options, done: index, display))
      display.say(
        "seed \(options.seed): "
          + "\(counted(tables[index].spectrumCount, "test spectrum", "test spectra")), "
          + "\(fixed(display.seconds, 0)) s")
    }
    let last = options.seed &+ UInt64(seeds - 1)
    print(
      "\(options.alignment.rawValue) alignment, split by \(options.split.rawValue), "
        + (seeds > 1 ? "seeds \(options.seed) to \(last), " : "seed \(options.seed), ")
        + "\(counted(tables[0].spectrumCount, "test spectrum", "test spectra"))"
        + (seeds > 1 ? " for each\n" : "\n"))
    let lines =
      seeds > 1 ? SpreadReport(tables).lines : ErrorReport(tables[0]).lines
    print(lines.joined(separator: "\n"))
  }

  /// The errors of the folds of one seed together.
  private func table(
    of dataset: Dataset, _ views: AugmentedViews?, _ options: TrainingOptions, done: Int,
    _ display: ProgressDisplay
  ) throws -> ErrorTable {
    var total = ErrorTable()
    for fold in 0..<folds {
      let plan = try options.plan(for: dataset, fold: fold)
      let trainer = EnsembleTrainer(dataset: dataset, plan: plan, views: views)
      let ensemble = EnsembleProgress(plan)
      var document = try trainer.train { progress in
        let inSeed = (Double(fold) + ensemble.add(progress).fraction) / Double(folds)
        display.draw(
          (Double(done) + inSeed) / Double(seeds),
          "seed \(options.seed), fold \(fold + 1) of \(folds)")
        return true
      }
      let (_, table) = try TrainCommand.finish(&document, trainer)
      total += table
    }
    return total
  }
}
