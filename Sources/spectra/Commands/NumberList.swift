import ArgumentParser

/// Numbers separated by commas, as an option takes them.
struct NumberList<Number: LosslessStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Number]

  init(_ values: [Number]) {
    self.values = values
  }

  init?(argument: String) {
    let texts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let values = texts.compactMap { Number(String($0)) }
    guard values.count == texts.count else { return nil }
    self.values = values
  }

  var defaultValueDescription: String {
    values.map { value in (value as? Double).map(short) ?? "\(value)" }.joined(separator: ",")
  }
}
