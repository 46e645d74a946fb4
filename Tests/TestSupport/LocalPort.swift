package import Glibc
import Synchronization
import Transport

/// A loopback port that nobody else is given while this lives: absent, taken, or one on which every
/// connection is reset.
package final class LocalPort: Sendable {
  package let port: UInt16
  /// Bound only, which keeps the port and lets a receiver listen on it later.
  private let reservation: Int32
  private let listener: Int32
  private let isClosed: Atomic<Bool>

  package init(listening: Bool) {
    (reservation, port) = Self.bound(0)
    listener = listening ? Self.bound(port).0 : -1
    isClosed = Atomic(!listening)
    if listening { precondition(listen(listener, 64) == 0) }
  }

  deinit {
    close()
    Glibc.close(reservation)
  }

  /// From here on connections are refused, and who still waited is reset.
  package func close() { if !isClosed.exchange(true, ordering: .relaxed) { Glibc.close(listener) } }

  /// - Parameter host: an IPv4 address of this machine.
  package static func listening(on host: String) -> (Int32, UInt16) {
    let (descriptor, port) = bound(0, on: host)
    precondition(listen(descriptor, 64) == 0)
    return (descriptor, port)
  }

  /// Both on one port, which is tried for: what is free on one address may be taken on the other.
  package static func listening(onBoth hosts: (String, String)) -> (Int32, Int32, UInt16) {
    for _ in 0..<100 {
      let (first, port) = listening(on: hosts.0)
      if let second = descriptor(port, on: hosts.1) {
        precondition(listen(second, 64) == 0)
        return (first, second, port)
      }
      Glibc.close(first)
    }
    preconditionFailure("no port is free on both addresses")
  }

  private static func bound(
    _ port: UInt16, on host: String = "127.0.0.1"
  ) -> (Int32, UInt16) {
    guard let descriptor = descriptor(port, on: host) else {
      preconditionFailure("\(host):\(port) cannot be bound: errno \(errno)")
    }
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(getsockname(descriptor, $0, &length) == 0)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  /// - Returns: nil when the port is taken.
  private static func descriptor(_ port: UInt16, on host: String) -> Int32? {
    let descriptor = LocalPort.socket()
    precondition(descriptor >= 0, "no descriptor is left: errno \(errno)")
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var address = Self.address(port)
    inet_pton(AF_INET, host, &address.sin_addr)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
    }
    if isBound { return descriptor }
    Glibc.close(descriptor)
    return nil
  }

  /// Resets that many connections after the first bytes came, blocking the thread it runs on.
  package func reset(_ count: Int) async {
    let descriptor = listener
    let thread = BlockingThread(name: "reset")
    await thread.run {
      for _ in 0..<count {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        var chunk = [UInt8](repeating: 0, count: 64)
        recv(connection, &chunk, chunk.count, 0)
        var hard = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          connection, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<Glibc.linger>.size))
        Glibc.close(connection)
      }
    }
    thread.stop()
  }

  /// Closed in children: a server started meanwhile would keep the port open.
  package static func socket() -> Int32 {
    Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  package static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
