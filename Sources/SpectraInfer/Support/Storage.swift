internal import CKernels

/// A block of memory that it owns, of a fixed number of plain values.
///
/// Swift's own allocations end the process when memory runs out; this one throws.
@safe
public struct Storage<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private static var largePage: Int { 2 << 20 }
  private let raw: UnsafeMutableRawPointer
  /// Number of values.
  public let count: Int

  private var memory: UnsafeMutableBufferPointer<Element> {
    let base = unsafe raw.assumingMemoryBound(to: Element.self)
    return unsafe UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Allocates `count` values, 64-byte aligned, and fills them.
  ///
  /// - Throws: `.memory` where the allocation is refused or its size overflows.
  init(repeating value: Element, count: Int) throws(SpectraError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    let refused = SpectraError(
      .memory, "memory was refused; close other programs or load a smaller model")
    guard !overflow, count >= 0, bytes <= Int.max - Self.largePage else { throw refused }
    // A large block is asked for in large pages: of small ones, each is handed out by an interruption
    // of its own. A system that has none goes on as ever.
    let isLarge = bytes >= Self.largePage / 2
    let alignment = isLarge ? Self.largePage : 64
    // aligned_alloc wants a multiple of the alignment.
    let rounded = max(alignment, (bytes + alignment - 1) & ~(alignment - 1))
    guard let raw = unsafe aligned_alloc(alignment, rounded) else { throw refused }
    if isLarge { _ = unsafe madvise(raw, rounded, MADV_HUGEPAGE) }
    let base = unsafe raw.bindMemory(to: Element.self, capacity: max(1, count))
    unsafe base.initialize(repeating: value, count: count)
    unsafe self.raw = raw
    self.count = count
  }

  deinit {
    unsafe free(raw)
  }

  /// The values, borrowed.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    get { unsafe _overrideLifetime(memory.span, borrowing: self) }
  }

  /// The values, to be changed.
  var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get { unsafe _overrideLifetime(memory.mutableSpan, mutating: &self) }
  }

  /// Where the memory starts, for the C border: valid while the storage lives.
  @unsafe
  public var start: UnsafeMutableRawPointer { unsafe raw }
}
