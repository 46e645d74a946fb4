import Actors
import Transport

/// How a connection is doing, in one word and one sentence.
///
/// `silent` is a fact and no alarm: a provider that has nothing to say sends nothing.
struct ConnectionStatus: Sendable, Equatable {
  enum Word: String, Sendable, CaseIterable {
    /// Could be added.
    case available
    /// Added, and nothing good has come yet.
    case pending
    /// Something succeeded within the last day.
    case live
    /// Nothing for longer.
    case silent
    /// The last call came without a token that is good.
    case error
    case disabled
  }

  let word: Word
  let detail: String
  /// Whether anything came that had a good token or should have had one.
  private(set) var isHeard = true

  /// After so long without a call that succeeded a connection is silent.
  static let patience = ConnectionActivity.patience

  init(of connection: Connection, _ activity: ConnectionActivity.Entry, at now: Timestamp) {
    let provider = Integration.name(of: connection.serviceId)
    if !connection.enabled {
      (word, detail) = (.disabled, "Switched off: every push is refused until enabled is true.")
    } else if let refusal = activity.refusal {
      (word, detail) = (.error, refusal.sentence)
    } else if let last = activity.lastSuccess {
      let isRecent = now < last.advanced(by: Self.patience)
      word = isRecent ? .live : .silent
      let heard = activity.last?.sentence ?? "The last request came at \(last)."
      let silence = "Nothing succeeded for more than a day; \(provider) sends only when something"
      detail = isRecent ? heard : "\(silence) changes. \(heard)"
    } else if let last = activity.last {
      word = .pending
      detail = "The API token is right, and nothing has succeeded yet. \(last.sentence)"
    } else {
      word = .pending
      detail = "Nothing has come yet: enter Base URL and API token in \(provider), and test them."
      isHeard = false
    }
  }

  private init(_ word: Word, _ detail: String) { (self.word, self.detail) = (word, detail) }

  static func available(_ integration: Integration) -> ConnectionStatus {
    ConnectionStatus(
      .available, "Not added: POST /api/connections/hris/\(integration.serviceId) adds it.")
  }
}

extension ConnectionActivity.Entry {
  /// The newest call at its Base URL, good or not.
  var lastHeard: Timestamp? { [last?.at, lastSuccess, refusal?.at].compactMap(\.self).max() }
}

extension ConnectionActivity.Call {
  fileprivate var sentence: String { "\(method) \(shape.text) was answered \(status) at \(at)." }
}

extension ConnectionActivity.Refusal {
  fileprivate var sentence: String {
    let what =
      switch why {
      case .noToken: "without an API token: enter it in the identity provider and save again."
      case .wrongToken:
        "with a wrong API token: enter the one of this connection in the identity provider."
      case .apiKey: "with an API key instead of the API token, which begins with scimtok_."
      case .tokenReplaced: "with an API token that was replaced: enter the new one."
      }
    return "The last request, at \(at), came \(what)"
  }
}
