/// Writes text into memory that somebody else owns, and cuts what does not fit.
///
/// Exists because messages must be made without allocating and without the locale of the host.
struct ASCIIWriter {
  /// Bytes written so far.
  private(set) var count = 0

  mutating func append(_ byte: UInt8, to buffer: inout MutableSpan<UInt8>) {
    guard count < buffer.count else { return }
    buffer[count] = byte
    count += 1
  }

  mutating func append(_ text: StaticString, to buffer: inout MutableSpan<UInt8>) {
    for index in 0..<text.utf8CodeUnitCount {
      append(unsafe text.utf8Start[index], to: &buffer)
    }
  }

  /// Appends a number with at most three decimals, or with three digits and a power of ten where
  /// these would show nothing of it; what is too large is said in words.
  mutating func append(_ number: Double, to buffer: inout MutableSpan<UInt8>) {
    guard number.isFinite else { return append("not a finite number", to: &buffer) }
    guard number.magnitude < 1e15 else { return append("a number over 1e15", to: &buffer) }
    if number < 0 { append(UInt8(ascii: "-"), to: &buffer) }
    if number != 0, number.magnitude < 0.1 { return append(small: number.magnitude, to: &buffer) }
    let thousandths = UInt64((number.magnitude * 1000).rounded())
    append(whole: thousandths / 1000, to: &buffer)
    var rest = thousandths % 1000
    guard rest > 0 else { return }
    append(UInt8(ascii: "."), to: &buffer)
    var place: UInt64 = 100
    while rest > 0 {
      append(UInt8(ascii: "0") + UInt8(rest / place), to: &buffer)
      rest %= place
      place /= 10
    }
  }

  private mutating func append(small number: Double, to buffer: inout MutableSpan<UInt8>) {
    var (digits, power) = (number, 0)
    while digits < 1, power < 400 {
      digits *= 10
      power += 1
    }
    digits = (digits * 100).rounded() / 100
    if digits == 10 { (digits, power) = (1, power - 1) }
    append(digits, to: &buffer)
    append("e-", to: &buffer)
    append(whole: UInt64(power), to: &buffer)
  }

  mutating func append(whole number: UInt64, to buffer: inout MutableSpan<UInt8>) {
    var place: UInt64 = 1
    while number / place >= 10 { place *= 10 }
    while place > 0 {
      append(UInt8(ascii: "0") + UInt8(number / place % 10), to: &buffer)
      place /= 10
    }
  }
}
