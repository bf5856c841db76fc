import Foundation
import SpectraTestSupport
import Testing

/// The Python of these tests is a script, so that they ask what is handed to it.
@Suite("Figures of the command line")
struct FigureTests {
  /// A Python that keeps its arguments and its input, says something, and ends with a status.
  static func python(in folder: TemporaryFolder, says: String = "", status: Int) throws -> String {
    let script = """
      #!/bin/sh
      printf '%s\\n' "$@" > "\(folder.path)/arguments"
      cat > "\(folder.path)/input"
      echo '\(says)' >&2
      exit \(status)

      """
    let path = try folder.write(script, to: "python")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return "SPECTRA_PYTHON=\(path)"
  }

  @Test("The document goes to the package")
  func prediction() throws {
    let folder = try TemporaryFolder()
    let figure = folder.path + "/x.png"
    let outcome = try CommandLineProgram.run(
      ["predict", PredictCommandTests.quartz, "--plot", figure],
      environment: [Self.python(in: folder, status: 0)])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let arguments = try String(contentsOfFile: folder.path + "/arguments", encoding: .utf8)
    #expect(arguments == "-m\nspectra_infer.plot\nprediction\n--json\n-\n--out\n\(figure)\n")
    let input = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/input"))
    let document = try JSONDecoder().decode(PredictCommandTests.Document.self, from: input)
    #expect(document.predictions.first?.file == PredictCommandTests.quartz)
  }

  @Test(
    "What keeps Python from drawing is told in one sentence",
    arguments: [
      ("python: No module named spectra_infer", 1, "has no module spectra_infer; install"),
      ("ValueError: something else", 3, "spectra_infer.plot failed (ValueError: something else)"),
    ])
  func failures(says: String, status: Int, sentence: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(
      ["predict", PredictCommandTests.quartz, "--plot", folder.path + "/x.png"],
      environment: [Self.python(in: folder, says: says, status: status)])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: no figure was drawn: "))
    #expect(outcome.errors.contains(sentence))
    #expect(outcome.output.contains("bond length"), "The prediction is there all the same.")
  }

  @Test("A Python that is not there is told")
  func missing() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandLineProgram.run(
      ["predict", PredictCommandTests.quartz, "--plot", folder.path + "/x.png"],
      environment: ["SPECTRA_PYTHON=/none/python"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("Error: no figure was drawn: there is no /none/python"))
  }
}
