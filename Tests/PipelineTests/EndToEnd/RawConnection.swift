import Glibc
import TestSupport
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
