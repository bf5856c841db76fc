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
      "Train ten models, each tested on another tenth of the database, and print the errors.",
    discussion: """
      With --out every result is kept: each model's as soon as it is tested, so that the same \
      command goes on where it was interrupted, and adds seeds to those that are there. Groups that \
      are held out are neither learned from nor tested on.
      """)

  @OptionGroup var options: TrainingOptions

  @Option(help: "Number of the ten folds to run, from the first.")
  var folds = CrossValidation.foldCount

  @Option(help: "Number of seeds, from --seed on: the spread of the errors over them is shown.")
  var seeds = 1

  @Option(
    help: ArgumentHelp(
      """
      Networks of each ensemble that is trained for the intervals alone, nine for each model; 0 \
      trains none, which is five times as fast, and makes the intervals less sure.
      """, valueName: "members"))
  var calibrationMembers = 3

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder to keep predictions and errors in: a new one, or one of the same command.",
      valueName: "folder"))
  var out: String?

  func validate() throws {
    guard (1...CrossValidation.foldCount).contains(folds) else {
      throw ValidationError("--folds must be 1 to \(CrossValidation.foldCount).")
    }
    guard (0...64).contains(calibrationMembers) else {
      throw ValidationError("--calibration-members must be 0 to 64.")
    }
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 1000.") }
  }

  func run() throws {
    let dataset = try options.dataset()
    var plan = try options.plan(for: dataset)
    plan.calibrationMemberCount = calibrationMembers
    let validation = CrossValidation(
      dataset: dataset, plan: plan,
      seeds: (0..<UInt64(seeds)).map { options.seed &+ $0 })
    var study = try CrossValidationStudy(validation, in: out)
    let display = ProgressDisplay("cross-validation")
    if let out, study.doneCount > 0 {
      display.say("\(out): \(counted(study.doneCount, "fold is", "folds are")) there already")
    }
    // Without a folder there is nothing to go on from, and Ctrl-C ends the program as ever.
    let interruption = out == nil ? nil : Interruption()
    for (index, seed) in validation.seeds.enumerated() {
      let missing = (0..<folds).filter { !study.contains(seed: seed, fold: $0) }
      // Of each seed the measurements that a model of this seed alone learns from.
      let augmentation = missing.isEmpty ? nil : validation.plan(seed: seed, fold: 0).augmentation
      let views = augmentation.map { AugmentedViews(dataset, $0) }
      for fold in missing {
        let model = Place(seed: seed, fold: fold, seedsDone: index)
        guard let predictions = try test(model, validation, views, display, interruption) else {
          try stop(study, display)
        }
        try study.add(predictions, seed: seed, fold: fold)
      }
      let count = study.predictions(seed: seed).count
      display.say(
        "seed \(seed): \(counted(count, "test spectrum", "test spectra")), "
          + "\(fixed(display.seconds, 0)) s")
    }
    try study.finish()
    print(report(study))
  }

  /// A model among those of the command.
  private struct Place {
    var seed: UInt64
    var fold: Int
    var seedsDone: Int
  }

  /// Trains one model and tests it; nil where that was interrupted.
  private func test(
    _ place: Place, _ validation: CrossValidation, _ views: AugmentedViews?,
    _ display: ProgressDisplay, _ interruption: Interruption?
  ) throws -> [SpectrumPrediction]? {
    let plan = validation.plan(seed: place.seed, fold: place.fold)
    let ensemble = EnsembleProgress(plan)
    let (folds, seeds) = (folds, seeds)
    let trainer = EnsembleTrainer(dataset: validation.dataset, plan: plan, views: views)
    do {
      let document = try trainer.train { progress in
        let inSeed = (Double(place.fold) + ensemble.add(progress).fraction) / Double(folds)
        display.draw(
          (Double(place.seedsDone) + inSeed) / Double(seeds),
          "seed \(place.seed), fold \(place.fold + 1) of \(folds)")
        return interruption?.isRequested != true
      }
      return try validation.predictions(of: document, seed: place.seed, fold: place.fold)
    } catch  where interruption?.isRequested == true {
      return nil
    }
  }

  private func stop(_ study: CrossValidationStudy, _ display: ProgressDisplay) throws -> Never {
    let total = max(folds * seeds, study.doneCount)
    display.say(
      "stopped; \(study.doneCount) of \(total) folds are in \(out ?? ""). "
        + "The same command goes on from there.")
    throw ExitCode(Interruption.status)
  }

  private func report(_ study: CrossValidationStudy) -> String {
    let seeds = study.validation.seeds
    let tables = seeds.map { ErrorTable(study.predictions(seed: $0)) }
    let head =
      "\(options.alignment.rawValue) alignment, split by \(options.split.rawValue), "
      + (seeds.count > 1
        ? "seeds \(seeds[0]) to \(seeds[seeds.count - 1]), " : "seed \(seeds[0]), ")
      + "\(counted(tables[0].spectrumCount, "test spectrum", "test spectra"))"
      + (seeds.count > 1 ? " for each\n" : "\n")
    let lines = seeds.count > 1 ? SpreadReport(tables).lines : ErrorReport(tables[0]).lines
    let drawing =
      out.map { ["", "\($0): draw it with python3 -m spectra_infer.report \($0)"] } ?? []
    let predictions = seeds.map { study.predictions(seed: $0) }
    let trust =
      ["", "Intervals" + (seeds.count > 1 ? ", all seeds together:" : ":")]
      + CoverageReport(CoverageTable(predictions.flatMap { $0 })).lines
      + ["", "Seed \(seeds[0]):"]
      + NaiveReport(
        NaiveComparison(predictions[0], shuffledTargets: nil, seed: seeds[0])
      ).lines
    return ([head] + lines + trust + drawing).joined(separator: "\n")
  }
}
