import Transport

/// A page that makes a form of every route and sends what is typed, so that the API can be tried
/// without writing a line of code.
///
/// It is one file that loads nothing: the API's own document stands in it, and its forms are made of
/// that. An API key typed into it stays in the page's memory.
struct ExplorerPage {
  /// OpenAPI.
  let api: JSONValue

  var document: APIAnswer.Document {
    .init(
      mediaType: "text/html; charset=utf-8",
      fields: [
        ("content-security-policy", Self.policy), ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
      ],
      bytes: Array(html.utf8))
  }

  /// Only the two inline parts run, told by their digests; nothing but this server is asked.
  static let policy = [
    "default-src 'none'", "script-src \(digest(of: script))", "style-src \(digest(of: style))",
    "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")

  private static func digest(of text: String) -> String {
    "'sha256-\(Base64.encode(SHA256.hash(Array(text.utf8))))'"
  }

  private var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>scim-hris API</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <header>
    <h1>scim-hris API</h1>
    <label>API key <input id="key" type="password" autocomplete="off" spellcheck="false"
      placeholder="apikey_…"></label>
    <label>Consumer <input id="consumer" list="consumers" autocomplete="off"
      placeholder="csm_…"></label>
    <datalist id="consumers"></datalist>
    <p>The key stays in this page's memory: reload, and it is gone.</p>
    </header>
    <nav id="subjects"></nav>
    <main id="routes"><noscript>This page needs JavaScript; docs/API.md does not.</noscript></main>
    <script type="application/json" id="api">\(Self.embedded(api))</script>
    <script>\(Self.script)</script>
    </body>
    </html>

    """
  }

  /// JSON that no text in it can end.
  private static func embedded(_ json: JSONValue) -> String {
    json.text.split(separator: "<", omittingEmptySubsequences: false).joined(separator: #"\u003c"#)
  }
}
