/// The values of a span as an array, which a test may keep and compare.
public func copy(_ values: Span<Float>) -> [Float] {
  var copy: [Float] = []
  for index in values.indices { copy.append(values[index]) }
  return copy
}
