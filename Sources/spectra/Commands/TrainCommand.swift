import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Synchronization

/// `spectra train`: a database in, a model file out.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train an ensemble of networks and write a model file.")

  @OptionGroup var options: TrainingOptions

  @Option(name: .shortAndLong, help: "The model file to write.")
  var out: String

  func run() throws {
    let dataset = try options.dataset()
    let plan = try options.plan(for: dataset)
    let trainer = EnsembleTrainer(dataset: dataset, plan: plan)
    let groups = Set(dataset.groups).count
    let display = ProgressDisplay("training")
    display.say(
      "\(dataset.count) spectra of \(groups) groups of materials, \(options.alignment.rawValue) "
        + "alignment, split by \(plan.splitRule.rawValue), seed \(plan.configuration.seed)")

    var document = try trainer.train(progress: Self.progress(plan, display))
    let (bytes, table) = try Self.finish(&document, trainer)
    try ModelWriter().write(bytes, to: out)
    display.say(
      "\(out): \(bytes.count / 1024) KiB, \(plan.memberCount) members, "
        + "\(fixed(display.seconds, 1)) s")
    print("Errors on the \(table.spectrumCount) test spectra, which nothing was fitted to:\n")
    print(ErrorReport(table).lines.joined(separator: "\n"))
  }

  /// A bar over all members; without a terminal, a line for each member that is done.
  static func progress(
    _ plan: TrainingPlan, _ display: ProgressDisplay
  ) -> @Sendable (EnsembleTrainer.Progress) -> Bool {
    let epochs = Mutex([Int: Int]())
    let most = plan.configuration.maximumEpochs
    return { progress in
      let report = progress.report
      let done = epochs.withLock { epochs in
        epochs[progress.member] = report.epoch
        return epochs.values.reduce(0, +)
      }
      display.draw(
        Double(done) / Double(most * plan.memberCount),
        "member \(progress.member + 1) of \(plan.memberCount), epoch \(report.epoch), "
          + "validation error \(fixed(report.validationError, 3))")
      if report.epoch % 200 == 0 || report.epoch == most {
        display.say(
          "  member \(progress.member + 1): epoch \(report.epoch), "
            + "validation error \(fixed(report.validationError, 3)) (scaled)")
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
    var table = ErrorTable()
    try table.add(rows: trainer.testRows, of: trainer.dataset, model: model)
    document.card.test_errors = table.cardErrors
    return (try ModelWriter().bytes(of: document), table)
  }
}
