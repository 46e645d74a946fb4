import Glibc

/// A thread of its own for blocking file work, since the cooperative pool must never wait for a disk.
package final class FileThread: Sendable {
  private let handle: pthread_t

  package init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body))
    let result = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    precondition(result == 0, "cannot start a thread: error \(result)")
    self.handle = handle
  }

  /// Waits for the end of the body; once.
  package func join() { pthread_join(handle, nil) }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
