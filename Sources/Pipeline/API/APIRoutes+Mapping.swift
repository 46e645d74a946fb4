/// Routes about a connection's own mapping; it is saved with the connection's settings.
extension APIRoutes {
  static let mapping = [
    APIRoute(
      .consumer(.previewMapping), "POST",
      "/connections/{universalApi}/{serviceId}/mapping/preview",
      "Try a mapping on who changed last; nothing changes.",
      answer: .data(.named("MappingPreview")), refuses: [.tooManyRequests],
      body: [
        APIInput(
          "mapping", .object, required: true, nullable: true,
          "As in settings.mapping; null tries the standard mapping."),
        APIInput(
          "limit", .integer(1...1000), "People, and groups, to look at; 100 when absent."),
      ])
  ]
}
