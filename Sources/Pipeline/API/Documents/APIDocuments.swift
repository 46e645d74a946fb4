import Synchronization
import Transport

/// What the API tells of itself: made of the route table when it is first asked for, then kept.
final class APIDocuments: Sendable {
  private let publicURL: @Sendable () -> String
  private let made = Mutex<Made?>(nil)

  private struct Made: Sendable {
    let openAPI: APIAnswer.Document
    let explorer: APIAnswer.Document
  }

  /// - Parameter publicURL: known only once the server listens.
  init(publicURL: @escaping @Sendable () -> String) { self.publicURL = publicURL }

  var openAPI: APIAnswer.Document { documents.openAPI }
  var explorer: APIAnswer.Document { documents.explorer }

  private var documents: Made {
    made.withLock { made in
      if let made { return made }
      let new = Self.make(publicURL: publicURL())
      made = new
      return new
    }
  }

  private static func make(publicURL: String) -> Made {
    let api = OpenAPIDocument(publicURL: publicURL).json
    return Made(
      // It tells nothing that needs a credential, so tools in a browser may read it.
      openAPI: .init(
        mediaType: "application/json", fields: [("access-control-allow-origin", "*")],
        bytes: api.bytes),
      explorer: ExplorerPage(api: api).document)
  }
}
