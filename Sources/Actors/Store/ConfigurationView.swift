import Synchronization

/// The configuration as every stage reads it: the store's newest value, without asking the store.
package final class ConfigurationView: Sendable {
  private struct State {
    var current: Configuration
    var bells: [AsyncStream<Void>.Continuation] = []
  }

  private let state: Mutex<State>

  package init(_ configuration: Configuration) { state = Mutex(State(current: configuration)) }

  package var current: Configuration { state.withLock { $0.current } }

  /// The connection at a Base URL. Spares the many who ask for nothing else a copy of it all.
  package func connection(slug: String) -> Connection? {
    state.withLock { $0.current.connection(slug: slug) }
  }

  /// Rings after each change, at least once for any number of changes that came together.
  package func changes() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.bells.append(continuation) }
    return stream
  }

  func set(_ configuration: Configuration) {
    let bells = state.withLock { state in
      state.current = configuration
      return state.bells
    }
    for bell in bells { bell.yield() }
  }
}
