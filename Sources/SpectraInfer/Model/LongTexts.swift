/// Where the long texts of a JSON text are: those without escapes, and no more than it has room for.
struct LongTexts {
  private static let byteCountMinimum = 1024
  private var places = InlineArray<256, Range<Int32>>(repeating: 0..<0)
  /// How many they are.
  private(set) var count = 0
  /// Bytes of all of them.
  private(set) var byteCount = 0

  /// Without its quotation marks.
  subscript(index: Int) -> Range<Int> {
    Int(places[index].lowerBound)..<Int(places[index].upperBound)
  }

  /// Notes a text of bytes that stand for themselves, unless it is short or there is no room.
  ///
  /// - Parameter range: ends within `ModelLimits.fileBytes`.
  mutating func add(_ range: Range<Int>) {
    guard range.count >= Self.byteCountMinimum, count < places.count else { return }
    places[count] = Int32(range.lowerBound)..<Int32(range.upperBound)
    count += 1
    byteCount += range.count
  }
}
