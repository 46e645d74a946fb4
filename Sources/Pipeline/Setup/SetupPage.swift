import Actors
import Transport

/// The set-up page as text: everything in it that somebody typed is escaped.
struct SetupPage: Sendable {
  let connection: Connection
  let customer: String
  let application: String
  let baseURL: String
  let status: ConnectionStatus
  let expiresAt: Timestamp?
  /// The token just made; this page alone shows it.
  var made: IssuedToken?
  var notice: String?

  static let alreadyMade =
    "An API token was made since this page was opened, so none was made now. If you do not have"
    + " it, press the button again."
  static let tooManyTokens =
    "This connection has as many API tokens as it may have. Ask whoever sent you this link to"
    + " revoke one."

  /// What the form sends back, so that sending it twice makes no second token.
  var newestToken: String { made?.record.id ?? connection.tokens.last?.id ?? "" }

  var html: String {
    let provider = Integration.all.first { $0.serviceId == connection.serviceId }?.name ?? ""
    let title = "Connect \(provider) to \(application)"
    return Self.document(
      title: title,
      """
      <h1>\(title.escaped)</h1>
      <p>For the administrator of \(provider.escaped) at <b>\(customer.escaped)</b>. It takes about \
      ten minutes. \(expiry)</p>
      \(notice.map { "<p class=\"notice\">\($0.escaped)</p>" } ?? "")
      <h2>Now</h2>
      <p id="state" class="\(status.word.rawValue)"><b>\(status.word.forAdministrators)</b> \
      <span>\(status.forAdministrators.escaped)</span> <a href="">Look again</a></p>
      <h2>The two values</h2>
      \(values)
      <h2>What to do in \(provider.escaped)</h2>
      <ol>\(guide.steps.map { "<li>\($0.marked)</li>" }.joined(separator: "\n"))</ol>
      \(template)
      <h2>If the test fails</h2>
      <p>\(provider.escaped) shows what this server answered; it says what to change. The line under \
      “Now” tells whether anything arrived at all.</p>
      """)
  }

  private var guide: SetupGuide { .of(connection.serviceId) }

  private var expiry: String {
    guard let expiresAt else { return "" }
    let end = expiresAt.description
    return "This link works until \(end.prefix(10)), \(end.dropFirst(11).prefix(5)) UTC."
  }

  private var values: String {
    """
    <dl>
    <dt>\(guide.baseLabel.escaped)</dt>
    <dd><code id="base">\(baseURL.escaped)</code> <button type="button" data-copy="base" hidden>\
    Copy</button></dd>
    <dt>\(guide.tokenLabel.escaped)</dt>
    <dd>\(token)</dd>
    </dl>
    \(baseURL.hasPrefix("https://") ? "" : Self.insecure)
    """
  }

  private var token: String {
    if let made {
      return """
        <code id="token">\(made.secret.reveal().escaped)</code> \
        <button type="button" data-copy="token" hidden>Copy</button>
        <p class="notice">Copy it now: it is not shown again. Whoever has it may change who your \
        people are in \(application.escaped); keep it like a password.</p>
        """
    }
    let note =
      connection.tokens.isEmpty
      ? "There is none yet." : "Tokens that are in use stay valid when you make another."
    return """
      <form method="post"><input type="hidden" name="\(SetupPages.field)" \
      value="\(newestToken.escaped)"><button>Make an API token</button></form>
      <p>\(note) It is shown once.</p>
      """
  }

  private var template: String {
    guard let template = guide.template else { return "" }
    return """
      <h2>\(template.title.escaped)</h2>
      <pre id="template">\(template.text.escaped)</pre>
      <button type="button" data-copy="template" hidden>Copy</button>
      """
  }
}

// MARK: - For people who administer an identity provider

extension ConnectionStatus {
  var forAdministrators: String {
    switch word {
    case .available: Self.nothingArrived
    case .pending: isHeard ? detail : Self.nothingArrived
    case .disabled: "The application's owner has switched this connection off."
    case .live, .silent, .error: detail
    }
  }
}

extension ConnectionStatus {
  private static let nothingArrived = "Nothing has arrived from your identity provider yet."
}

extension ConnectionStatus.Word {
  fileprivate var forAdministrators: String {
    switch self {
    case .available, .pending: "Waiting."
    case .live: "Connected."
    case .silent: "Quiet."
    case .error: "Not right yet."
    case .disabled: "Switched off."
    }
  }
}

extension String {
  /// For text and attribute values of HTML.
  var escaped: String {
    var text = ""
    for character in unicodeScalars {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }

  /// Escaped, with what stands between stars in bold.
  fileprivate var marked: String {
    escaped.split(separator: "*", omittingEmptySubsequences: false).enumerated().map {
      place, part in
      place.isMultiple(of: 2) ? String(part) : "<b>\(part)</b>"
    }.joined()
  }
}
