import CLinux
import Glibc

/// A bound, listening socket that hands out accepted descriptors.
package final class Listener: Sendable {
  /// What one accept brought.
  package enum Accepted: Sendable {
    /// A non-blocking descriptor the receiver now owns.
    case connection(descriptor: Int32, peer: SocketAddress?)
    /// Nobody is waiting just now.
    case none
    case failed(Int32)
    case closed
  }

  /// Connections the kernel holds for us between two accepts; it may cap this (somaxconn).
  private static let backlog: Int32 = 1024

  private let socket: Socket
  package let address: SocketAddress

  /// Binds and listens. Loop only. A stale local socket at the path is replaced, and a new one is
  /// closed to everybody else (0600) before the first connection can be made.
  package init(address: SocketAddress, on loop: EventLoop) throws(SocketError) {
    let path = try ShortPath(of: address)
    defer { path.close() }
    guard let (bytes, length) = path.address.storage() else { throw .system(ENAMETOOLONG) }
    var storage = bytes
    let descriptor = clinux_socket(Int32(storage.ss_family))
    guard descriptor >= 0 else { throw .system(errno) }
    do throws(SocketError) {
      if case .unix(let name) = path.address {
        unsafe unlink(name)
      } else {
        _ = clinux_set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
      }
      guard unsafe clinux_bind(descriptor, &storage, length) == 0 else { throw .system(errno) }
      if case .unix(let name) = path.address, unsafe chmod(name, 0o600) != 0 {
        throw .system(errno)
      }
      guard Glibc.listen(descriptor, Self.backlog) == 0 else { throw .system(errno) }
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    guard let socket = Socket(descriptor: descriptor, loop: loop, isTCP: false) else {
      throw .system(EMFILE)
    }
    self.socket = socket
    self.address = Self.bound(descriptor, asked: address)
  }

  private static func bound(_ descriptor: Int32, asked: SocketAddress) -> SocketAddress {
    guard case .ip = asked else { return asked }
    var storage = sockaddr_storage()
    guard unsafe clinux_local_address(descriptor, &storage) == 0 else { return asked }
    return SocketAddress(&storage) ?? asked
  }

  package func tryAccept() -> Accepted {
    guard socket.isOpen else { return .closed }
    var storage = sockaddr_storage()
    while true {
      let descriptor = unsafe clinux_accept(socket.descriptor, &storage)
      if descriptor >= 0 {
        guard case .ip = address else { return .connection(descriptor: descriptor, peer: nil) }
        _ = clinux_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return .connection(descriptor: descriptor, peer: SocketAddress(&storage))
      }
      // A peer that left while it waited is no reason to stop.
      if errno == EINTR || errno == ECONNABORTED { continue }
      guard errno == EAGAIN else { return .failed(errno) }
      socket.forgetReadable()
      return .none
    }
  }

  /// Asks the kernel; when nobody is there, `acceptable` waits for the next one.
  package var isSomebodyWaiting: Bool {
    guard socket.isOpen else { return false }
    var query = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    if unsafe poll(&query, 1, 0) > 0 { return true }
    socket.forgetReadable()
    return false
  }

  /// Suspends until somebody may be waiting. False once closed.
  package func acceptable() async -> Bool {
    await socket.readable(by: .never) == .ready
  }

  /// Loop only. Idempotent.
  package func close() {
    guard socket.isOpen else { return }
    socket.close()
    if case .unix(let path) = address { unsafe unlink(path) }
  }
}
