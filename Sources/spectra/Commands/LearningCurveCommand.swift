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

  @OptionGroup var study: StudyOptions

  func validate() throws {
    guard options.split == .group else {
      throw ValidationError("A learning curve counts groups of materials; leave out --split.")
    }
  }

  func run() throws {
    let dataset = try options.dataset()
    let curve = try LearningCurve(dataset, plan: options.plan(for: dataset))
    var results = try LearningCurveResults(curve, in: study.out)
    let parts = (0..<UInt64(study.seeds)).flatMap { seed in
      LearningCurve.shares.map {
        LearningCurveResults.Part(seed: options.seed &+ seed, share: $0)
      }
    }
    let missing = parts.filter { !results.contains($0) }
    let display = ProgressDisplay("learning curve")
    if missing.count < parts.count {
      let done = parts.count - missing.count
      display.say("\(study.out): \(done) of \(parts.count) are there already")
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
          "stopped; \(index) of \(missing.count) are in \(study.out). "
            + "The same command goes on from there.")
        throw ExitCode(Interruption.status)
      }
    }
    print("\(study.out): draw it with python3 -m spectra_infer.report \(study.out)")
  }
}
