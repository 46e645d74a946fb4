import Glibc
import Synchronization

@testable import Transport

/// A scripted receiver's connection with TLS around it: the handshake comes with the first read.
///
/// One thread, the peer's, uses the stream; that is what lets it pass for sendable.
final class SecureWire: ReceiverWire, @unchecked Sendable {
  private let plain: PlainWire
  private let stream: TLSStream?
  private var isEstablished = false

  init(_ descriptor: Int32, _ identity: TLSIdentity) {
    stream = TLSStream(server: identity.context, descriptor: descriptor)
    plain = PlainWire(descriptor)
  }

  func read() -> [UInt8] {
    guard let stream, establish(stream) else { return [] }
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let step = chunk.withUnsafeMutableBytes { stream.read(into: $0.baseAddress!, $0.count) }
    guard case .done(let count) = step else { return [] }
    return Array(chunk.prefix(count))
  }

  func write(_ bytes: [UInt8]) -> Bool {
    guard let stream, establish(stream) else { return false }
    var sent = 0
    while sent < bytes.count {
      let step = bytes[sent...].withUnsafeBytes { stream.write($0.baseAddress!, $0.count) }
      guard case .done(let count) = step else { return false }
      sent += count
    }
    return true
  }

  func finish() {
    stream?.sayGoodbye()
    plain.finish()
  }

  func reset() { plain.reset() }
  func close() { plain.close() }

  private func establish(_ stream: TLSStream) -> Bool {
    if isEstablished { return true }
    guard case .done = stream.handshake() else { return false }
    isEstablished = true
    return true
  }
}
