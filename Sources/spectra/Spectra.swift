import ArgumentParser
import SpectraInfer

/// The command line of SpectraInfer.
@main
struct Spectra: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectra",
    abstract: "Six local properties of a silicon oxide from its O-K core-loss spectrum.",
    version: "\(LibraryVersion.text)",
    subcommands: [
      PredictCommand.self, MapCommand.self, CalibrateCommand.self, InspectCommand.self,
      ConvertCommand.self, TrainCommand.self, EvaluateCommand.self, CrossValidateCommand.self,
      LearningCurveCommand.self, RobustnessCommand.self, SearchCommand.self,
      SynthesizeCommand.self,
    ])
}
