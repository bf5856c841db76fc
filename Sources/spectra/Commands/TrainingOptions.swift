import ArgumentParser
import SpectraIO
import SpectraInfer
import SpectraTrain

/// What a split keeps whole, by its name on the command line.
enum SplitName: String, CaseIterable, ExpressibleByArgument {
  case spectrum
  case group

  var rule: SplitRule {
    switch self {
    case .spectrum: .spectrum
    case .group: .group
    }
  }
}

/// An alignment by its name on the command line.
enum AlignmentName: String, CaseIterable, ExpressibleByArgument {
  case threshold
  case edge
  case absolute

  var alignment: Alignment {
    switch self {
    case .threshold: .threshold
    case .edge: .edge
    case .absolute: .absolute
    }
  }
}

/// What decides a model, for every command that trains.
struct TrainingOptions: ParsableArguments {
  @Argument(help: "Folder of the database, with sites.csv and transitions.csv.")
  var data: String

  @Option(help: "How spectra are aligned.")
  var alignment = AlignmentName.edge

  @Option(help: "What the 8:1:1 split keeps whole; a group is of materials.")
  var split = SplitName.group

  @Option(help: "Seed of the split and of every random number in training.")
  var seed: UInt64 = 1

  @Option(help: "Networks of the ensemble.")
  var members = 5

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
      Train on simulated measurements of the spectra: noise, wrong axes, other resolutions, \
      leftover background, mixtures of sites. (default: for edge and absolute alignment)
      """)
  var augment: Bool?

  /// Threshold models are for simulated spectra, as the paper's first model.
  var augmentation: Augmentation? {
    guard augment ?? (alignment != .threshold) else { return nil }
    var augmentation = Augmentation(seed: seed)
    // Divided by spectrum, the sites of a mixture may be of the test part.
    if split == .spectrum { augmentation.mixtureShare = 0 }
    return augmentation
  }

  @Option(help: ArgumentHelp("Widths of the hidden layers.", valueName: "widths"))
  var hidden = "64,64"

  @Option(help: "Dropout in the hidden layers other than the last.")
  var dropout = 0.25

  @Option(help: "Learning rate of Adam.")
  var learningRate = 1e-3

  @Option(help: "L2 regularisation of the weights.")
  var l2 = 0.0

  @Option(help: "Decoupled weight decay (AdamW).")
  var weightDecay = 1.0

  @Option(help: "Spectra in a step.")
  var batchSize = 32

  @Option(help: "Epochs at the most.")
  var epochs = 600

  @Option(help: "Epochs without a better validation error before training stops.")
  var patience = 100

  @Option(help: "Smallest gap of a crystal whose sites are used, eV.")
  var smallestGap = 1.0

  func validate() throws {
    guard (1...64).contains(members) else {
      throw ValidationError("--members must be 1 to 64.")
    }
    guard broadening >= 0.01, broadening <= 10 else {
      throw ValidationError("--broadening must be 0.01 to 10 eV.")
    }
    if let problem = try configuration().problem { throw ValidationError(problem) }
  }

  func configuration() throws -> TrainingConfiguration {
    let texts = hidden.split(separator: ",", omittingEmptySubsequences: hidden.isEmpty)
    guard texts.count < 16 else { throw ValidationError("--hidden takes up to 15 layers.") }
    let widths = try texts.map { text in
      guard let width = Int(text), (1...8192).contains(width) else {
        throw ValidationError("--hidden takes widths of 1 to 8192, such as 64,64.")
      }
      return width
    }
    return TrainingConfiguration(
      hidden: widths, dropout: dropout, learningRate: learningRate, l2: l2,
      weightDecay: weightDecay, batchSize: batchSize, maximumEpochs: epochs, patience: patience,
      seed: seed)
  }

  var preprocessor: Preprocessor {
    StandardRecipe.preprocessor(alignment: alignment.alignment, broadeningSigma: broadening)
  }

  /// Reads the database and prepares it.
  func dataset() throws -> Dataset {
    let database = try Database(folder: data)
    return try Dataset(database, preprocessor: preprocessor, smallestGap: smallestGap)
  }

  /// The plan; groups to hold out are looked up in the dataset.
  func plan(for dataset: Dataset, fold: Int = 0) throws -> TrainingPlan {
    var groups: Set<String> = []
    for material in heldOut {
      let own = dataset.sites.filter { $0.material == material || $0.group == material }
      guard let group = own.first?.group else {
        throw DataError("--hold-out \(material): there is no such material in \(data)")
      }
      groups.insert(group)
    }
    return try TrainingPlan(
      preprocessor: preprocessor, splitRule: split.rule, fold: fold, heldOutGroups: groups,
      augmentation: augmentation, memberCount: members, configuration: configuration())
  }
}
