import Synchronization

/// Sessions of earlier connections, so that the next one to the same host costs half.
///
/// A session stands for a certificate that was checked: it is only good for the name it was checked
/// for, and not for long.
@safe final class TLSSessions: @unchecked Sendable {
  /// Hosts remembered; beyond it the oldest is forgotten.
  static let limit = 1024
  /// After this a certificate is looked at again.
  private static let age: Duration = .seconds(3600)

  /// Pointers cannot say that they may cross into the lock; this does.
  @safe private struct Kept: @unchecked Sendable {
    let session: OpenSSL.Handle
    let since: Deadline
  }

  @safe private struct Connection: @unchecked Sendable {
    let handle: OpenSSL.Handle
  }

  private struct State {
    var kept: [String: Kept] = [:]
    var reused = 0
  }

  private let library: OpenSSL
  private let state = Mutex(State())

  init(library: OpenSSL) { self.library = library }

  var reused: Int { state.withLock { $0.reused } }
  var count: Int { state.withLock { $0.kept.count } }

  func noteReuse() { state.withLock { $0.reused += 1 } }

  /// Takes the session over.
  /// - Parameter since: when the certificate was looked at; a resumed connection brings a new
  ///   session but saw none.
  func keep(_ session: OpenSSL.Handle, for key: String, since: Deadline) {
    let kept = unsafe Kept(session: session, since: since)
    state.withLock { state in
      if state.kept.count >= Self.limit, state.kept[key] == nil,
        let oldest = state.kept.min(by: { $0.value.since < $1.value.since })?.key
      {
        remove(oldest, from: &state)
      }
      remove(key, from: &state)
      state.kept[key] = kept
    }
  }

  /// Gives the connection the session kept for the key, if there is one.
  /// - Returns: when the certificate was looked at that it stands for.
  func offer(to connection: OpenSSL.Handle, for key: String) -> Deadline? {
    let target = unsafe Connection(handle: connection)
    return state.withLock { state in
      guard let kept = state.kept[key] else { return nil }
      guard kept.since.advanced(by: Self.age) > .now else {
        remove(key, from: &state)
        return nil
      }
      _ = unsafe library.setSession(target.handle, kept.session)
      return kept.since
    }
  }

  /// A session the peer did not take, or that led to an error.
  func forget(_ key: String) { state.withLock { remove(key, from: &$0) } }

  func removeAll() {
    state.withLock { state in
      for key in Array(state.kept.keys) { remove(key, from: &state) }
    }
  }

  private func remove(_ key: String, from state: inout State) {
    guard let kept = state.kept.removeValue(forKey: key) else { return }
    unsafe library.freeSession(kept.session)
  }
}
