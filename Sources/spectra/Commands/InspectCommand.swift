import ArgumentParser
import SpectraInfer
import SpectraTrain

/// `spectra inspect`: what is in a model file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Check a model file and say what is in it.")

  @Argument(help: "The model file.")
  var model: String

  func run() throws {
    let file = try ModelFile(model)
    let recipe = file.model.preprocessor
    let card = file.card
    let end = recipe.grid.energy(recipe.grid.count - 1)
    print(
      """
      \(card.name)
      format          \(file.model.formatVersion), every check passed
      method          \(card.method)
      data            \(card.spectrum_count) spectra of \(card.group_count) groups; \(card.data)
      split           8:1:1 by \(card.split), seed \(card.seed); held out: \
      \(card.held_out_groups.isEmpty ? "nothing" : card.held_out_groups.joined(separator: ", "))
      ensemble        \(file.model.memberCount) networks of \
      \(([recipe.grid.count] + card.training.hidden + [6]).map { "\($0)" }.joined(separator: "-"))
      energy grid     \(fixed(recipe.grid.start, 1)) to \(fixed(end, 1)) eV, \
      \(fixed(recipe.grid.step, 2)) eV apart, \(recipe.alignment.name) alignment
      resolution      Gaussian of \(fixed(recipe.broadeningSigma, 2)) eV
      references      \(file.model.referenceCount) spectra
      licence         \(card.licence); \(card.data_licence)
      limits          \(card.limits)

      Errors on its test part:

      """)
    var text = TextTable(header: [
      "mean absolute error", "model", "mean", "nearest", "unit", "count",
    ])
    for error in card.test_errors {
      text.add([
        error.property, fixed(error.mean_absolute_error, 4), fixed(error.predicting_the_mean, 4),
        fixed(error.nearest_reference, 4), error.unit, "\(error.count)",
      ])
    }
    print(text.lines.joined(separator: "\n"))
  }
}
