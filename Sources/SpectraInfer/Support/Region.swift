/// A part of memory that somebody else owns, seen as a fixed number of plain values.
@safe
struct Region<Element: BitwiseCopyable>: ~Copyable {
  private let memory: UnsafeMutableBufferPointer<Element>

  /// Takes the next `count` values at `offset` bytes into `block`, and moves `offset` behind them.
  ///
  /// `offset` stays a multiple of 64, so that regions do not share a line of the cache.
  @unsafe
  init(carvedFrom block: UnsafeMutableRawPointer, at offset: inout Int, count: Int) {
    let base = unsafe (block + offset).bindMemory(to: Element.self, capacity: max(1, count))
    unsafe memory = UnsafeMutableBufferPointer(start: base, count: count)
    offset += Self.byteCount(count)
  }

  /// Bytes that a region of `count` values takes, rounded up to a multiple of 64.
  static func byteCount(_ count: Int) -> Int {
    (count * MemoryLayout<Element>.stride + 63) & ~63
  }

  /// Number of values.
  var count: Int { unsafe memory.count }

  /// Where it starts, for C: valid while the memory is.
  @unsafe
  var start: UnsafeMutablePointer<Element> {
    // Made of an address, which is never nil.
    unsafe memory.baseAddress.unsafelyUnwrapped
  }

  /// The first `count` values, borrowed.
  ///
  /// Not by way of `mutableSpan`: Embedded Swift 6.3 allocates a box for a local `MutableSpan` that
  /// lends a span.
  @_lifetime(borrow self)
  func span(_ count: Int) -> Span<Element> {
    let part = unsafe UnsafeBufferPointer(rebasing: memory[0..<count])
    return unsafe _overrideLifetime(part.span, borrowing: self)
  }

  /// The first `count` values, to be changed.
  @_lifetime(&self)
  mutating func mutableSpan(_ count: Int) -> MutableSpan<Element> {
    let part = unsafe UnsafeMutableBufferPointer(rebasing: memory[0..<count])
    return unsafe _overrideLifetime(part.mutableSpan, mutating: &self)
  }
}
