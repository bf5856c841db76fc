/// Lines of text behind labels in a column, broken where a terminal ends.
struct LabelledLines {
  private static let width = 80
  private static let labelWidth = 12

  private(set) var lines: [String] = []

  /// Adds a text; words that do not fit in the line go to the next one, below the text.
  mutating func add(_ label: String, _ text: String) {
    let indentation = String(repeating: " ", count: Self.labelWidth)
    var line = label + indentation.dropFirst(label.count)
    var isFirst = true
    for word in text.split(separator: " ") {
      if !isFirst && line.count + 1 + word.count > Self.width {
        lines.append(line)
        line = indentation + word
      } else {
        line += (isFirst ? "" : " ") + word
      }
      isFirst = false
    }
    lines.append(line)
  }
}
