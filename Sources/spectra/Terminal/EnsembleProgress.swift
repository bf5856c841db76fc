import SpectraTrain
import Synchronization

/// How far a model is; a network that stopped early counts as done.
final class EnsembleProgress: Sendable {
  private struct Member {
    var best = 0
    var share = 0.0
  }

  private let limits: TrainingConfiguration
  private let networkCount: Int
  private let members = Mutex([Int: Member]())

  /// - Parameter networkCount: how many networks are trained; nil: those of the plan's model.
  init(_ plan: TrainingPlan, networkCount: Int? = nil) {
    limits = plan.configuration
    self.networkCount = networkCount ?? plan.networkCount
  }

  /// Takes the report of an epoch down.
  ///
  /// - Returns: how much of the ensemble is done, 0 to 1, and, where the epoch was the member's
  ///   last one, its best one.
  func add(_ progress: EnsembleTrainer.Progress) -> (fraction: Double, bestOfLast: Int?) {
    let report = progress.report
    return members.withLock { members in
      var member = members[progress.member, default: Member()]
      if report.isBest { member.best = report.epoch }
      // Those of the reference domain stop at no error.
      let isEarly =
        progress.purpose != .domain
        && (report.validationError.isNaN || report.epoch - member.best >= limits.patience)
      let isLast = isEarly || report.epoch == progress.maximumEpochs
      member.share = isLast ? 1 : Double(report.epoch) / Double(progress.maximumEpochs)
      members[progress.member] = member
      let done = members.values.reduce(0) { $0 + $1.share }
      return (done / Double(networkCount), isLast ? member.best : nil)
    }
  }
}
