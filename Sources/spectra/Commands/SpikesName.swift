import ArgumentParser
import SpectraInfer

/// What is done about spikes, as an option names it.
enum SpikesName: String, ExpressibleByArgument, CaseIterable {
  case report, replace, ignore

  var handling: SpikeHandling {
    switch self {
    case .report: .report
    case .replace: .replace
    case .ignore: .ignore
    }
  }
}
