import Dispatch
import Synchronization

/// Work on all processors whose result does not depend on their number.
enum Parallel {
  /// `transform` of each element, in the order of the elements.
  static func map<Element: Sendable, Result: Sendable>(
    _ elements: some RandomAccessCollection<Element> & Sendable,
    _ transform: @Sendable (Element) -> Result
  ) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: elements.count))
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
      let result = transform(elements[elements.index(elements.startIndex, offsetBy: index)])
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
