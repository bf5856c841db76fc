import ArgumentParser
import SpectraTrain

/// How many other edges a model is taught, for the commands that write one.
struct ForeignEdgesOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Edges of random peaks that a network of its own learns to tell from the spectra of the \
      database, for the flag of spectra unlike them; 0: none, distance and shape alone tell it.
      """, valueName: "count"))
  var foreignEdges = DomainTraining().edgeCount

  func validate() throws {
    guard foreignEdges == 0 || (100...1_000_000).contains(foreignEdges) else {
      throw ValidationError("--foreign-edges must be 0, or 100 to 1000000.")
    }
  }

  /// What is to be taught; nil for nothing.
  var training: DomainTraining? {
    foreignEdges == 0 ? nil : DomainTraining(edgeCount: foreignEdges)
  }

  /// The words that say the same on another command line; none for the default.
  var arguments: [String] {
    foreignEdges == DomainTraining().edgeCount ? [] : ["--foreign-edges", "\(foreignEdges)"]
  }
}
