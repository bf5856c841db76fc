import Foundation
import Synchronization

/// Threads that do the same work side by side, more than the processor has cores where some of them
/// wait for the disk.
enum WorkerThreads {
  /// Work that is let go of before the end of its thread is known, so that nothing outlives `run`.
  private final class Job: Sendable {
    private let work: Mutex<(@Sendable () -> Void)?>

    init(_ work: @escaping @Sendable () -> Void) {
      self.work = Mutex(work)
    }

    func run() {
      let work = work.withLock { work in
        defer { work = nil }
        return work
      }
      work?()
    }
  }

  /// Does the work on `count` threads and waits for all of them.
  static func run(_ count: Int, _ work: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    for _ in 0..<count {
      let job = Job(work)
      group.enter()
      Thread.detachNewThread {
        job.run()
        group.leave()
      }
    }
    group.wait()
  }
}
