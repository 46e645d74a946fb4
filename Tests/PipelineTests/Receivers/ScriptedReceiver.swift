import Glibc
import Synchronization
import TestSupport
import Transport

/// What a scripted receiver speaks over: a plain socket, or one with TLS around it. Blocks.
protocol ReceiverWire: AnyObject, Sendable {
  /// What came, at least one byte; empty at the end and when the peer is gone.
  func read() -> [UInt8]
  /// False when the peer is gone.
  @discardableResult func write(_ bytes: [UInt8]) -> Bool
  /// Says that no more will come.
  func finish()
  /// Drops the connection with a reset instead of an end.
  func reset()
  func close()
}

extension ReceiverWire {
  @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  /// Reads the request's head and body.
  @discardableResult func takeRequest() -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = read()
      if bytes.isEmpty { return all }
      all += bytes
      let text = String(decoding: all, as: UTF8.self)
      guard let head = text.firstRange(of: "\r\n\r\n") else { continue }
      let length = text[..<head.lowerBound].split(separator: "\r\n")
        .first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
      if text[head.upperBound...].utf8.count >= length ?? 0 { return all }
    }
  }

  /// Lets a moment pass.
  func pause() { usleep(20_000) }

  /// Reads until the peer goes away.
  func waitForEnd() { while !read().isEmpty {} }
}

final class PlainWire: ReceiverWire {
  private let descriptor: Int32
  private let isOpen = Mutex(true)

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  func read() -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    return Array(chunk.prefix(max(0, count)))
  }

  func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  func reset() {
    var hard = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  func close() {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    if wasOpen { Glibc.close(descriptor) }
  }
}

/// A receiver at the level of the socket: its first connection follows a script, all later ones
/// take every request with a 204.
final class ScriptedReceiver: Sendable {
  typealias Script = @Sendable (any ReceiverWire) -> Void
  typealias Wrap = @Sendable (_ descriptor: Int32) -> any ReceiverWire

  private struct State {
    var connections = 0
    var peers: [BlockingThread] = []
    var isScriptOver = false
    var isStopped = false
  }

  let port: UInt16
  private let listener: Int32
  private let thread = BlockingThread(name: "scripted")
  private let state = Mutex(State())
  private let wrap: Wrap
  private let script: Script
  private let everyTime: Bool

  /// - Parameters:
  ///   - host: an address of this machine.
  ///   - everyTime: whether later connections follow the script as well.
  ///   - wrap: what is spoken over an accepted connection.
  convenience init(
    on host: String = "127.0.0.1", everyTime: Bool = false,
    wrap: @escaping Wrap = { PlainWire($0) }, script: @escaping Script
  ) {
    let (listener, port) = LocalPort.listening(on: host)
    self.init(listener: listener, port, everyTime: everyTime, wrap: wrap, script: script)
  }

  /// Two on one port.
  static func pair(
    on hosts: (String, String), scripts: (Script, Script)
  ) -> (ScriptedReceiver, ScriptedReceiver) {
    let (first, second, port) = LocalPort.listening(onBoth: hosts)
    let plain: Wrap = { PlainWire($0) }
    return (
      ScriptedReceiver(listener: first, port, everyTime: false, wrap: plain, script: scripts.0),
      ScriptedReceiver(listener: second, port, everyTime: false, wrap: plain, script: scripts.1)
    )
  }

  private init(
    listener: Int32, _ port: UInt16, everyTime: Bool, wrap: @escaping Wrap,
    script: @escaping Script
  ) {
    (self.listener, self.port) = (listener, port)
    (self.wrap, self.script, self.everyTime) = (wrap, script, everyTime)
    thread.submit { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        guard let self else {
          close(connection)
          return
        }
        self.serve(connection)
      }
    }
  }

  deinit { stop() }

  /// Whether the first connection was closed by both sides.
  var isScriptOver: Bool { state.withLock { $0.isScriptOver } }
  /// Connections so far.
  var connections: Int { state.withLock { $0.connections } }

  private func serve(_ connection: Int32) {
    let thread = BlockingThread(name: "peer")
    let isFirst = state.withLock { state in
      state.connections += 1
      state.peers.append(thread)
      return state.connections == 1
    }
    thread.submit { [weak self, wrap, script, everyTime] in
      let wire = wrap(connection)
      if isFirst || everyTime { script(wire) } else { Self.behave(wire) }
      wire.close()
      if isFirst { self?.state.withLock { $0.isScriptOver = true } }
    }
  }

  /// Takes every request of a connection.
  static func behave(_ wire: any ReceiverWire) {
    while !wire.takeRequest().isEmpty {
      guard wire.write("HTTP/1.1 204 No Content\r\n\r\n") else { return }
    }
  }

  /// No connection is accepted any more; who is connected is served to the end.
  func stop() {
    let wasStopped = state.withLock { state in
      defer { state.isStopped = true }
      return state.isStopped
    }
    if wasStopped { return }
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    thread.stop()
    for peer in state.withLock({ $0.peers }) { peer.stop() }
  }
}

/// This process's descriptors that lead to a port of this machine.
enum OpenConnections {
  static func count(to port: UInt16) -> Int {
    let inodes = Set(rows.filter { $0.remotePort == port }.map(\.inode))
    return descriptors.count { inodes.contains($0) }
  }

  private static var rows: [(remotePort: UInt16, inode: String)] {
    let table = (try? FileSystem.contents(of: "/proc/self/net/tcp")) ?? []
    return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().compactMap {
      let columns = $0.split(separator: " ", omittingEmptySubsequences: true)
      guard columns.count > 9,
        let port = columns[2].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) })
      else { return nil }
      return (port, String(columns[9]))
    }
  }

  /// Inode numbers of open sockets.
  private static var descriptors: [String] {
    ((try? FileSystem.list("/proc/self/fd")) ?? []).compactMap { name in
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = buffer.withUnsafeMutableBytes {
        readlink("/proc/self/fd/\(name)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), 64)
      }
      let target = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      guard target.hasPrefix("socket:["), target.hasSuffix("]") else { return nil }
      return String(target.dropFirst(8).dropLast())
    }
  }
}
