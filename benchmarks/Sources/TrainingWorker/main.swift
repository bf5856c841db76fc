// Trains once for each line on standard input, and answers each with a line of JSON: see
// training/run.py, which starts it.
//
//     TrainingWorker DIRECTORY DROPOUT SEED THREADS

import Foundation
import SpectraTrain

/// Writes a line at once, which `print` does not do into a pipe.
func answer(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

guard CommandLine.arguments.count == 5,
  let dropout = Double(CommandLine.arguments[2]), let seed = UInt64(CommandLine.arguments[3]),
  let threads = Int(CommandLine.arguments[4])
else {
  print("usage: TrainingWorker DIRECTORY DROPOUT SEED THREADS")
  exit(2)
}
let (problem, training, test) = try Problem.load(URL(fileURLWithPath: CommandLine.arguments[1]))
let configuration = TrainingConfiguration(
  hidden: problem.hidden, dropout: dropout, learningRate: problem.learningRate,
  batchSize: problem.batchSize, maximumEpochs: problem.epochs, patience: problem.epochs, seed: seed)

answer(#"{"threads": \#(threads), "version": "SpectraInfer"}"#)
while readLine() != nil {
  let cpuBefore = clock()
  let before = ContinuousClock.now
  let trained = Trainer(configuration: configuration, threads: threads).train(
    training: training, validation: training.selecting([]))
  let seconds = (ContinuousClock.now - before) / .seconds(1)
  let cpuSeconds = Double(clock() - cpuBefore) / Double(CLOCKS_PER_SEC)
  let error = MeanAbsoluteError(
    predicted: trained.network.predict(test.features), expected: test.targets)
  answer(
    #"{"seconds": \#(seconds), "cpu_seconds": \#(cpuSeconds), "test_error": \#(error.value)}"#)
}
