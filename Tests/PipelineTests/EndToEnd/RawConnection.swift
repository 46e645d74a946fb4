import Glibc
import Synchronization
import Transport

/// Bytes to a port and what comes back: requests no well-behaved client would send.
enum RawConnection {
  private static let thread = BlockingThread(name: "raw")

  /// Sends, then reads until the peer closes, answers a whole head, or five seconds are over.
  static func exchange(_ bytes: [UInt8], port: UInt16) async -> String {
    await thread.run {
      guard let descriptor = connect(port) else { return "" }
      defer { Glibc.close(descriptor) }
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          descriptor, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
        if count <= 0 { break }
        sent += count
      }
      return read(descriptor)
    }
  }

  static func exchange(_ text: String, port: UInt16) async -> String {
    await exchange(Array(text.utf8), port: port)
  }

  private static func connect(_ port: UInt16) -> Int32? {
    let descriptor = LocalPort.socket()
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = LocalPort.address(port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status == 0 { return descriptor }
    Glibc.close(descriptor)
    return nil
  }

  private static func read(_ descriptor: Int32) -> String {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count <= 0 { return String(decoding: all, as: UTF8.self) }
      all += chunk[..<count]
      if isWhole(all) { return String(decoding: all, as: UTF8.self) }
    }
  }

  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let head = text.firstRange(of: "\r\n\r\n") else { return false }
    let length = text[..<head.lowerBound].split(separator: "\r\n")
      .first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
    return text[head.upperBound...].utf8.count >= length ?? 0
  }
}

/// A loopback port that nobody else is given while this lives: absent, taken, or one on which every
/// connection is reset.
final class LocalPort: Sendable {
  let port: UInt16
  /// Bound only, which keeps the port and lets a receiver listen on it later.
  private let reservation: Int32
  private let listener: Int32
  private let isClosed: Atomic<Bool>

  init(listening: Bool) {
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
  func close() { if !isClosed.exchange(true, ordering: .relaxed) { Glibc.close(listener) } }

  /// - Parameter host: an IPv4 address of this machine.
  static func listening(on host: String) -> (Int32, UInt16) {
    let (descriptor, port) = bound(0, on: host)
    precondition(listen(descriptor, 64) == 0)
    return (descriptor, port)
  }

  /// Both on one port, which is tried for: what is free on one address may be taken on the other.
  static func listening(onBoth hosts: (String, String)) -> (Int32, Int32, UInt16) {
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
  func reset(_ count: Int) async {
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
  static func socket() -> Int32 {
    Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
