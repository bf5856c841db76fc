import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain

/// `spectra train`: a database in, a model file out.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train an ensemble of networks and write a model file.")

  @OptionGroup var options: TrainingOptions

  @OptionGroup var foreignEdges: ForeignEdgesOption

  @Option(name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"))
  var out: String

  func run() throws {
    try DataFile.checkWritable(out)
    let dataset = try options.dataset()
    var plan = try options.plan(for: dataset)
    plan.domain = foreignEdges.training
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let groups = Set(dataset.groups).count
    let display = ProgressDisplay("training")
    display.say(
      "\(counted(dataset.count, "spectrum", "spectra")) of \(counted(groups, "group", "groups")) "
        + "of materials, \(options.alignment.rawValue) alignment, split by "
        + "\(plan.splitRule.rawValue), seed \(plan.configuration.seed)")

    var document = try trainer.train(progress: Self.progress(plan, display))
    let (bytes, table) = try Self.finish(&document, trainer)
    try ModelWriter().write(bytes, to: out)
    display.say(
      "\(out): \(bytes.count / 1024) KiB, \(counted(plan.memberCount, "member", "members")), "
        + "\(fixed(display.seconds, 1)) s")
    let tested = counted(table.spectrumCount, "test spectrum", "test spectra")
    print("Errors on \(tested), which nothing was fitted to:\n")
    print(ErrorReport(table).lines.joined(separator: "\n"))
  }

  /// A bar over all members, and a line for each member that is done.
  static func progress(
    _ plan: TrainingPlan, _ display: ProgressDisplay
  ) -> @Sendable (EnsembleTrainer.Progress) -> Bool {
    let ensemble = EnsembleProgress(plan)
    return { progress in
      let (report, member) = (progress.report, progress.member + 1)
      let (fraction, best) = ensemble.add(progress)
      switch progress.purpose {
      case .member: break
      case .calibration:
        display.draw(fraction, "learning how large errors are")
        return true
      case .domain:
        display.draw(fraction, "learning what other edges look like")
        return true
      }
      display.draw(
        fraction,
        "member \(member), epoch \(report.epoch), error \(fixed(report.validationError, 3))")
      if let best {
        display.say("  member \(member): epoch \(best) of \(report.epoch) is the best")
      }
      return true
    }
  }

  /// Tests the model as it will be read, and writes the errors into its card.
  static func finish(
    _ document: inout ModelDocument, _ trainer: EnsembleTrainer
  ) throws -> (bytes: [UInt8], table: ErrorTable) {
    let draft = try ModelWriter().bytes(of: document)
    let model = try Model(json: draft.span)
    let table = ErrorTable(
      try model.predictions(for: trainer.testRows, of: trainer.dataset))
    document.card.test_errors = table.cardErrors
    return (try ModelWriter().bytes(of: document), table)
  }
}
