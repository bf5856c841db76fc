import ArgumentParser

/// How often a study is repeated, and where its results are kept.
struct StudyOptions: ParsableArguments {
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
  }
}
