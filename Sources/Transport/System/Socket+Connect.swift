import CLinux
import Glibc

extension Socket {
  /// Connects without blocking. Loop only.
  package static func connect(
    to destination: SocketAddress, on loop: EventLoop, by deadline: Deadline
  ) async throws(SocketError) -> Socket {
    let path = try ShortPath(of: destination)
    defer { path.close() }
    guard let (bytes, length) = path.address.storage() else { throw .system(ENAMETOOLONG) }
    var address = bytes
    let descriptor = clinux_socket(Int32(address.ss_family))
    guard descriptor >= 0 else { throw .system(errno) }
    let isTCP = destination.port != nil
    if isTCP { _ = clinux_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    let status = unsafe clinux_connect(descriptor, &address, length)
    let code = status == 0 ? 0 : errno
    guard let socket = Socket(descriptor: descriptor, loop: loop, isTCP: isTCP) else {
      throw .system(EMFILE)
    }
    do throws(SocketError) {
      if code == EINPROGRESS {
        try await socket.finishConnecting(by: deadline)
      } else if code != 0 {
        throw SocketError.system(code)
      }
      return socket
    } catch {
      socket.close()
      throw error
    }
  }

  private func finishConnecting(by deadline: Deadline) async throws(SocketError) {
    forgetWritable()
    switch await writable(by: deadline) {
    case .timedOut: throw .timedOut
    case .closed: throw .closed
    case .ready:
      let code = clinux_socket_error(descriptor)
      if code != 0 { throw .system(code) }
    }
  }

  /// Who is on the other end of a local socket; nil for TCP.
  package var peerCredentials: (uid: UInt32, pid: Int32)? {
    var uid: UInt32 = 0
    var pid: Int32 = 0
    guard unsafe clinux_peer_credentials(descriptor, &uid, &pid) == 0 else { return nil }
    return (uid, pid)
  }
}

/// A local path made to fit: `sun_path` has 108 bytes, a spool may lie deeper. The long directory is
/// opened and named by its descriptor instead.
struct ShortPath {
  private static let longest = 107

  let address: SocketAddress
  private let directory: Int32

  init(of address: SocketAddress) throws(SocketError) {
    guard case .unix(let path) = address, path.utf8.count > Self.longest,
      let slash = path.lastIndex(of: "/")
    else {
      self.address = address
      directory = -1
      return
    }
    directory = unsafe Glibc.open(String(path[..<slash]), CLINUX_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw .system(errno) }
    self.address = .unix(path: "/proc/self/fd/\(directory)\(path[slash...])")
  }

  func close() {
    if directory >= 0 { Glibc.close(directory) }
  }
}
