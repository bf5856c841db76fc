/// Days and times as instruments write them.
enum MeasurementDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// A day as year-month-day; nil where the spelling is unknown, or leaves open which number is the
  /// day and which the month.
  static func day(_ text: String) -> String? {
    let parts = text.split { "-/. ".contains($0) }.map(String.init)
    guard parts.count == 3 else { return nil }
    let numbers = parts.map { Int($0) }
    if let year = numbers[0], parts[0].count == 4, let month = numbers[1], let day = numbers[2] {
      return iso(year, month, day)
    }
    guard let year = numbers[2], parts[2].count == 4 else { return nil }
    if let day = numbers[0], let month = months.firstIndex(of: parts[1].prefix(3).lowercased()) {
      return iso(year, month + 1, day)
    }
    guard let first = numbers[0], let second = numbers[1] else { return nil }
    if first == second || second > 12 { return iso(year, first, second) }
    return first > 12 ? iso(year, second, first) : nil
  }

  private static func iso(_ year: Int, _ month: Int, _ day: Int) -> String? {
    guard (1000...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return nil
    }
    return "\(year)-\(twoDigits(month))-\(twoDigits(day))"
  }

  /// A time as hours:minutes:seconds of a day of 24 hours; nil where the spelling is unknown.
  static func time(_ text: String) -> String? {
    var words = text.split(separator: " ").map { $0.lowercased() }
    var isAfternoon: Bool?
    if let last = words.last, last == "am" || last == "pm" {
      isAfternoon = last == "pm"
      words.removeLast()
    }
    guard words.count == 1 else { return nil }
    let parts = words[0].split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard (2...3).contains(parts.count), numbers.count == parts.count else { return nil }
    var hour = numbers[0]
    if let isAfternoon {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    let second = numbers.count == 3 ? numbers[2] : 0
    guard (0...23).contains(hour), (0...59).contains(numbers[1]), (0...60).contains(second) else {
      return nil
    }
    return "\(twoDigits(hour)):\(twoDigits(numbers[1])):\(twoDigits(second))"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
