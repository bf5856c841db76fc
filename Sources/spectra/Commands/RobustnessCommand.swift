import ArgumentParser
import Foundation
import SpectraIO
import SpectraInfer
import SpectraTrain
import Synchronization

/// `spectra robustness`: how errors grow with noise, shifts, broadening, leftover background and
/// mixtures, for networks that were trained on perfect spectra and on measured ones.
struct RobustnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robustness",
    abstract: "Cross-validate under what a measurement does, with and without augmentation.",
    discussion: """
      Each spectrum is measured under one disturbance at a time and predicted by an ensemble that \
      was trained on other groups.
      """)

  @OptionGroup var options: TrainingOptions

  @Option(help: "Number of seeds, from --seed on.")
  var seeds = 1

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The table to write, as comma-separated text.", valueName: "file"))
  var out: String

  func validate() throws {
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds must be 1 to 1000.") }
  }

  func run() throws {
    try DataFile.checkWritable(out)
    let dataset = try options.dataset()
    let display = ProgressDisplay("robustness")
    let study = RobustnessStudy(dataset, seed: options.seed)
    var lines = [
      """
      alignment,training,condition,value,seed,property,count,refused,mean_absolute_error,\
      mean_error_of_predicting_the_mean
      """
    ]
    for (index, isAugmented) in [false, true].enumerated() {
      for offset in 0..<seeds {
        var options = options
        options.seed = self.options.seed &+ UInt64(offset)
        options.augment = isAugmented
        let plan = try options.plan(for: dataset)
        let name = isAugmented ? "augmented" : "clean"
        let done = Double(index * seeds + offset)
        let total = Double(2 * seeds)
        let seed = options.seed
        let table = try study.table(
          of: plan, views: plan.augmentation.map { AugmentedViews(dataset, $0) }
        ) { fraction in
          display.draw((done + fraction) / total, "\(name) training, seed \(seed)")
          return true
        }
        lines += rows(of: table, "\(options.alignment.rawValue),\(name)", seed: seed)
        display.say("\(name) training, seed \(seed): \(fixed(display.seconds, 0)) s")
      }
    }
    try DataFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: out)
  }

  private func rows(of table: RobustnessTable, _ start: String, seed: UInt64) -> [String] {
    DisturbedMeasurements.points.enumerated().flatMap { index, point in
      MaterialProperty.allCases.map { property in
        let entry = table[index, property]
        return
          "\(start),\(point.disturbance.rawValue),\(point.value),\(seed),\(property.name),"
          + "\(entry.count),\(table.refused[index]),\(entry.meanAbsoluteError),"
          + "\(entry.meanErrorOfPredictingTheMean)"
      }
    }
  }
}
