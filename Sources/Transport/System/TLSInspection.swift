/// What a server shows in a TLS handshake that went well, for whoever looks for what may go wrong.
package struct TLSInspection: Sendable, Equatable {
  /// "TLSv1.3".
  package var version: String
  /// Certificates it sent, its own included.
  package var certificates: Int
  /// Seconds until its own certificate runs out.
  package var secondsLeft: Int

  package enum Failure: Error, Sendable {
    case connect(SocketError)
    case tls(TLSFailure)
  }

  package init(version: String, certificates: Int, secondsLeft: Int) {
    self.version = version
    self.certificates = certificates
    self.secondsLeft = secondsLeft
  }

  /// Connects, shakes hands, looks, and closes.
  /// - Parameters:
  ///   - url: whose host the certificate must be for.
  ///   - trust: one that was used for no other connection: a session that goes on shows nothing.
  package static func look(
    at url: HTTPURL, through address: IPAddress, trust: TLSTrust, on loop: EventLoop,
    by deadline: Deadline
  ) async -> Result<TLSInspection, Failure> {
    // A task of its own: optimized code otherwise stays with a caller on the main actor.
    await withTaskGroup(of: Result<TLSInspection, Failure>.self) { group in
      group.addTask(executorPreference: loop) {
        await lookOnLoop(at: url, through: address, trust: trust, on: loop, by: deadline)
      }
      return await group.next() ?? .failure(.connect(.closed))
    }
  }

  @concurrent
  private static func lookOnLoop(
    at url: HTTPURL, through address: IPAddress, trust: TLSTrust, on loop: EventLoop,
    by deadline: Deadline
  ) async -> Result<TLSInspection, Failure> {
    let socket: Socket
    do throws(SocketError) {
      socket = try await Socket.connect(
        to: .ip(address, port: url.port), on: loop, by: deadline)
    } catch {
      return .failure(.connect(error))
    }
    defer { socket.close() }
    do throws(TLSFailure) {
      let context = try await trust.context()
      try await socket.startTLS(
        context, host: url.host, port: url.port, isAddress: url.address != nil, by: deadline)
      guard let stream = socket.tls else { throw TLSFailure.closed }
      return .success(stream.inspection)
    } catch {
      return .failure(.tls(error))
    }
  }
}

extension TLSStream {
  /// The chain, its certificates and their times belong to the connection.
  fileprivate var inspection: TLSInspection {
    let library = context.library
    var found = TLSInspection(version: version, certificates: 0, secondsLeft: 0)
    guard let sent = unsafe library.peerChain(handle) else { return found }
    found.certificates = unsafe Int(library.chainCount(sent))
    guard found.certificates > 0, let own = unsafe library.chainElement(sent, 0),
      let end = unsafe library.expiry(of: own)
    else { return found }
    found.secondsLeft = Int(end.seconds - Timestamp.now.seconds)
    return found
  }
}
