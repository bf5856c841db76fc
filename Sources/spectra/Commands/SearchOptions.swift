import ArgumentParser
import SpectraInfer
import SpectraTrain

/// What decides a grid search. What a search shares with `spectra train` is handed to
/// `TrainingOptions`, so that both mean the same by the same words.
struct SearchOptions: ParsableArguments {
  @Argument(help: "Folder of the database, with sites.csv and transitions.csv.")
  var data: String

  @Option(help: ArgumentHelp("Numbers of hidden layers.", valueName: "list"))
  var layers = NumberList([1, 2, 3, 4, 5])

  @Option(help: ArgumentHelp("Widths of the hidden layers.", valueName: "list"))
  var nodes = NumberList([32, 64, 128, 256, 512, 1024])

  @Option(help: ArgumentHelp("L2 regularisations of the weights.", valueName: "list"))
  var l2 = NumberList([0, 0.01, 0.03, 0.1])

  @Option(
    name: .customLong("learning-rates"),
    help: ArgumentHelp("Learning rates of Adam.", valueName: "list"))
  var learningRates = NumberList([0.001, 0.003])

  @Option(
    name: .customLong("weight-decays"),
    help: ArgumentHelp("Decoupled weight decays (AdamW).", valueName: "list"))
  var weightDecays = NumberList<Double>([0])

  @Option(help: "Epochs of a trial at the most.")
  var epochs = 200

  @Option(help: "Epochs without a better validation error before a trial stops.")
  var patience = 30

  @Option(help: "Spectra in a step.")
  var batchSize = 32

  @Option(help: "Dropout in the hidden layers other than the last.")
  var dropout = 0.5

  @Option(help: "How spectra are aligned.")
  var alignment = AlignmentName.edge

  @Option(help: "What test part and folds keep whole; a group is of materials.")
  var split = SplitName.group

  @Option(help: "Seed of test part, folds and every random number in training.")
  var seed: UInt64 = 1

  @Option(
    name: .customLong("hold-out"),
    help: ArgumentHelp(
      "A material whose group belongs to the test part whatever the split; may be repeated.",
      valueName: "material"))
  var heldOut: [String] = []

  @Option(help: ArgumentHelp("Gaussian broadening of the spectra, eV.", valueName: "sigma"))
  var broadening = 0.5

  @Flag(
    inversion: .prefixedNo,
    help: """
      Train and score on simulated measurements of the spectra, several of each. (default: as \
      spectra train)
      """)
  var augment: Bool?

  @Option(help: "Smallest gap of a crystal whose sites are used, eV.")
  var smallestGap = 1.0

  @Option(help: "Networks of the ensemble that is trained from the winner.")
  var members = 5

  func validate() throws {
    let base = try trials.configuration()
    if let problem = grid.problem(with: base) { throw ValidationError(problem) }
    _ = try winner(grid.points[0])
  }

  var grid: SearchGrid {
    SearchGrid(
      layers: layers.values, nodes: nodes.values, l2: l2.values,
      weightDecays: weightDecays.values, learningRates: learningRates.values)
  }

  /// What all trials share; the grid says the rest.
  var trials: TrainingOptions {
    get throws {
      try Self.parse([data] + shared + ["--epochs", "\(epochs)", "--patience", "\(patience)"])
    }
  }

  /// How `spectra train` makes a model of a point, with its own epochs and patience.
  func winner(_ point: GridPoint) throws -> TrainingOptions {
    try Self.parse([data] + winnerArguments(point))
  }

  /// The options of `spectra train` for a point.
  func winnerArguments(_ point: GridPoint) -> [String] {
    let hidden = point.hidden.map { "\($0)" }.joined(separator: ",")
    return shared + [
      "--members", "\(members)", "--hidden", hidden, "--l2", short(point.l2), "--weight-decay",
      short(point.weightDecay), "--learning-rate", short(point.learningRate),
    ]
  }

  private var shared: [String] {
    [
      "--alignment", alignment.rawValue, "--split", split.rawValue, "--seed", "\(seed)",
      "--broadening", short(broadening), "--smallest-gap", short(smallestGap), "--batch-size",
      "\(batchSize)", "--dropout", short(dropout),
    ] + (augment.map { [$0 ? "--augment" : "--no-augment"] } ?? [])
      + heldOut.flatMap { ["--hold-out", $0] }
  }

  private static func parse(_ arguments: [String]) throws -> TrainingOptions {
    do {
      return try TrainingOptions.parse(arguments)
    } catch {
      throw ValidationError(TrainingOptions.message(for: error))
    }
  }
}
