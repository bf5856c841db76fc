import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra learning-curve`: how errors on unseen materials fall with the number of materials that
/// are learned from.
struct LearningCurveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learning-curve",
    abstract: "Cross-validate with fewer materials: what would more of them bring?",
    discussion: """
      Each ensemble of a cross-validation learns from all groups of materials that it may, from a \
      half, a quarter and an eighth of them, and is tested on the same spectra. Each point is kept \
      as soon as it is done, so that the same command goes on where it was interrupted.
      """)

  @OptionGroup var options: TrainingOptions

  @Option(help: "Number of seeds, from --seed on.")
  var seeds = 1

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder to keep the errors in: a new one, or one of the same command.",
      valueName: "folder"))
  var out: String

  func validate() throws {
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 1000.") }
    guard options.split == .group else {
      throw ValidationError("A learning curve counts groups of materials; leave out --split.")
    }
  }

  func run() throws {
    let dataset = try options.dataset()
    let curve = try LearningCurve(dataset, plan: options.plan(for: dataset))
    var results = try LearningCurveResults(curve, in: out)
    let parts = (0..<UInt64(seeds)).flatMap { seed in
      LearningCurve.shares.map {
        LearningCurveResults.Part(seed: options.seed &+ seed, share: $0)
      }
    }
    let missing = parts.filter { !results.contains($0) }
    let display = ProgressDisplay("learning curve")
    if missing.count < parts.count {
      display.say("\(out): \(parts.count - missing.count) of \(parts.count) are there already")
    }
    let interruption = Interruption()
    for (index, part) in missing.enumerated() {
      let ensembles = EnsembleProgress(
        curve.plan, networkCount: CrossValidation.foldCount * curve.plan.memberCount)
      do {
        let point = try curve.point(share: part.share, seed: part.seed) { progress in
          let fraction = ensembles.add(progress).fraction
          display.draw(
            (Double(index) + fraction) / Double(missing.count),
            "seed \(part.seed), \(part.share) of the groups")
          return !interruption.isRequested
        }
        try results.add(point, part)
        display.say(LearningCurveReport.line(point, part))
      } catch  where interruption.isRequested {
        display.say(
          "stopped; \(index) of \(missing.count) are in \(out). "
            + "The same command goes on from there.")
        throw ExitCode(Interruption.status)
      }
    }
    print("\(out): draw it with python3 -m spectra_infer.report \(out)")
  }
}
