import Dispatch
import Synchronization

extension Array where Element: Sendable {
  /// Calls `body` with each element and its index, on up to `threads` threads, each of which takes
  /// the next element when it is done with one. On one thread they come in order.
  ///
  /// - Parameters:
  ///   - threads: 1 starts none.
  ///   - body: changes its element; sees no other of them.
  mutating func forEachConcurrently(
    threads: Int, _ body: @Sendable (inout Element, Int) -> Void
  ) {
    let count = count
    if threads == 1 || count < 2 {
      for index in 0..<count { body(&self[index], index) }
      return
    }
    unsafe withUnsafeMutableBufferPointer { elements in
      // Each index is given out once, so that no element is touched from two threads.
      nonisolated(unsafe) let elements = unsafe elements
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: Swift.min(threads, count)) { _ in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          if index >= count { return }
          unsafe body(&elements[index], index)
        }
      }
    }
  }
}
