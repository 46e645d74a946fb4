extension APIRoute {
  /// Every refusal a call can get, in the order of their statuses.
  var problems: [APIError.Kind] {
    var kinds: Set<APIError.Kind> = [.invalidInput]
    if operation.scope != .open { kinds.formUnion([.unauthorized, .forbidden, .unavailable]) }
    if changesConfiguration { kinds.insert(.unavailable) }
    if !parameters.isEmpty { kinds.insert(.notFound) }
    if takesBody { kinds.formUnion([.tooLarge, .unsupportedMediaType]) }
    if !query.isEmpty { kinds.insert(.headersTooLarge) }
    kinds.formUnion(refuses)
    return kinds.sorted { ($0.status, $0.rawValue) < ($1.status, $1.rawValue) }
  }

  /// The first word of its path, or what it is: what the documents group by.
  var subject: String {
    if case .media = answer, operation.scope == .open { return "documents" }
    return segments.lazy.compactMap { segment in
      if case .literal(let word) = segment, word != "hris" { word } else { nil }
    }.first ?? ""
  }

  /// Whether it is told to applications: the owner's stands in `--help` instead.
  var isPublic: Bool { operation.scope != .owner }
}

extension APIRoutes {
  /// What the documents and the explorer show.
  static let documented = all.filter(\.isPublic)
}
