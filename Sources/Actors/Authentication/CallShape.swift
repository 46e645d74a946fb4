/// What a call was about, without whom: paths hold ids, and whatever else people paste into an
/// address, and a connection's last call is shown in many places.
package struct CallShape: Sendable, Equatable {
  /// "/Users", "/Users/{id}", "/Schemas": one of few texts, all of them ours.
  package let text: String

  package init(_ operation: SCIMOperation) {
    text =
      switch operation {
      case .discovery(.serviceProviderConfig): "/ServiceProviderConfig"
      case .discovery(.schemas): "/Schemas"
      case .discovery(.resourceTypes): "/ResourceTypes"
      case .one(let endpoint, _): "/\(endpoint)/{id}"
      case .list(let endpoint): "/" + (endpoint ?? "")
      case .search(let endpoint): (endpoint.map { "/" + $0 } ?? "") + "/.search"
      case .write(_, let endpoint, let id): "/\(endpoint)" + (id == nil ? "" : "/{id}")
      case .bulk: "/Bulk"
      }
  }

  /// Of a text that was kept; "other" for whatever is no shape of a call.
  ///
  /// - Parameter endpoints: the resource types that are served ("Users").
  package init(kept text: String, endpoints: [String]) {
    let isKnown =
      Self.fixed.contains(text)
      || endpoints.contains { ["/\($0)", "/\($0)/{id}", "/\($0)/.search"].contains(text) }
    self.text = isKnown ? text : "other"
  }

  private static let fixed: Set<String> = [
    "/", "/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/.search", "/Bulk",
  ]
}
