import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra robustness`: how errors grow with noise, shifts, broadening, leftover background and
/// mixtures, for networks that were trained on perfect spectra and on measured ones.
struct RobustnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robustness",
    abstract: "Cross-validate under what a measurement does, with and without augmentation.",
    discussion: """
      Each spectrum is measured under one disturbance at a time and predicted by an ensemble that \
      was trained on other groups, once of perfect spectra and once of measured ones. Each seed is \
      kept as soon as it is done, so that the same command goes on where it was interrupted.
      """)

  @OptionGroup var options: TrainingOptions

  @OptionGroup var study: StudyOptions

  func validate() throws {
    guard options.augment == nil else {
      throw ValidationError("Both trainings are compared; leave out --augment and --no-augment.")
    }
  }

  func run() throws {
    let dataset = try options.dataset()
    var results = try RobustnessResults(options.plan(for: dataset), dataset, in: study.out)
    let parts = [false, true].flatMap { isAugmented in
      (0..<UInt64(study.seeds)).map {
        RobustnessResults.Part(isAugmented: isAugmented, seed: options.seed &+ $0)
      }
    }
    let missing = parts.filter { !results.contains($0) }
    let display = ProgressDisplay("robustness")
    if missing.count < parts.count {
      let done = parts.count - missing.count
      display.say("\(study.out): \(done) of \(parts.count) are there already")
    }
    if missing.isEmpty { return }
    let robustness = RobustnessStudy(dataset, seed: options.seed)
    let interruption = Interruption()
    for (index, part) in missing.enumerated() {
      var options = options
      options.augment = part.isAugmented
      options.seed = part.seed
      let plan = try options.plan(for: dataset)
      let name = part.isAugmented ? "augmented" : "perfect spectra"
      do {
        let table = try robustness.table(
          of: plan, views: plan.augmentation.map { AugmentedViews(dataset, $0) }
        ) { fraction in
          display.draw(
            (Double(index) + fraction) / Double(missing.count), "\(name), seed \(part.seed)")
          return !interruption.isRequested
        }
        try results.add(table, part)
      } catch  where interruption.isRequested {
        display.say(
          "stopped; \(index) of \(missing.count) are in \(study.out). "
            + "The same command goes on from there.")
        throw ExitCode(Interruption.status)
      }
      display.say("\(name), seed \(part.seed): \(fixed(display.seconds, 0)) s")
    }
    print("\(study.out): draw it with python3 -m spectra_infer.report \(study.out)")
  }
}
