import Foundation
import SpectraTrain

/// The spectra and properties that training/problem.py wrote, scaled, and how to train on them.
struct Problem: Decodable {
  let inputs: Int
  let outputs: Int
  let hidden: [Int]
  let trainingSpectra: Int
  let batchSize: Int
  let epochs: Int
  let learningRate: Double

  private enum CodingKeys: String, CodingKey {
    case inputs, outputs, hidden, epochs
    case trainingSpectra = "training_spectra"
    case batchSize = "batch_size"
    case learningRate = "learning_rate"
  }

  static func load(_ directory: URL) throws -> (problem: Problem, training: Samples, test: Samples)
  {
    let problem = try JSONDecoder().decode(
      Problem.self, from: Data(contentsOf: directory.appendingPathComponent("problem.json")))
    let features = try matrix(directory.appendingPathComponent("features.f32"), problem.inputs)
    let targets = try matrix(directory.appendingPathComponent("targets.f32"), problem.outputs)
    let all = Samples(features: features, targets: targets)
    return (
      problem, all.selecting(0..<problem.trainingSpectra),
      all.selecting(problem.trainingSpectra..<all.count)
    )
  }

  /// Rows of little-endian float32.
  private static func matrix(_ file: URL, _ columns: Int) throws -> Matrix {
    let bytes = [UInt8](try Data(contentsOf: file))
    let values = stride(from: 0, to: bytes.count, by: 4).map { first in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[first + $1]) << (8 * $1) })
    }
    return Matrix(rows: values.count / columns, columns: columns, values: values)
  }
}
