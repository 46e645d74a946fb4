import CLinux
import Glibc
import Synchronization

/// A thread of its own for calls that block, because the shared pool has one thread per core.
///
/// Work runs in order. As a `SerialExecutor` it can also carry an actor that blocks by nature. The
/// queue is bounded by its callers: each waits for its own piece.
@safe package final class BlockingThread: SerialExecutor, @unchecked Sendable {
  private enum Item {
    case job(UnownedJob)
    case work(@Sendable () -> Void)
  }

  private struct Queue {
    var items: [Item] = []
    var isStopping = false
  }

  package let name: String
  private let queue = Mutex(Queue())
  private let signal = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  /// - Parameter name: shown by `top -H`; the first 15 bytes count.
  package init(name: String) {
    self.name = name
    unsafe sem_init(signal, 0, 0)
    var thread = pthread_t()
    let unmanaged = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        let owner = unsafe Unmanaged<BlockingThread>.fromOpaque(context!).takeRetainedValue()
        owner.run()
        return nil
      }, unsafe unmanaged.toOpaque())
    precondition(status == 0, "no thread left for blocking work")
    pthread_detach(thread)
  }

  deinit {
    unsafe sem_destroy(signal)
    unsafe signal.deallocate()
  }

  /// Ends the thread after the work it already has.
  package func stop() {
    queue.withLock { $0.isStopping = true }
    unsafe sem_post(signal)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    push(.job(job))
  }

  /// Queues `body` without waiting for it.
  package func submit(_ body: @escaping @Sendable () -> Void) { push(.work(body)) }

  /// Runs `body` on the thread while the caller is suspended.
  package func run<T: Sendable, E: Error>(
    _ body: @escaping @Sendable () throws(E) -> T
  ) async throws(E) -> T {
    let result: Result<T, E> = await withCheckedContinuation { continuation in
      submit {
        do throws(E) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  private func push(_ item: Item) {
    queue.withLock { $0.items.append(item) }
    unsafe sem_post(signal)
  }

  private func run() {
    unsafe clinux_name_thread(name)
    let executor = unsafe asUnownedSerialExecutor()
    while true {
      while unsafe sem_wait(signal) != 0 {}
      let (items, isStopping) = queue.withLock { queue in
        defer { queue.items = [] }
        return (queue.items, queue.isStopping)
      }
      for item in items {
        switch item {
        case .job(let job): unsafe job.runSynchronously(on: executor)
        case .work(let body): body()
        }
      }
      if isStopping && items.isEmpty { return }
    }
  }
}
