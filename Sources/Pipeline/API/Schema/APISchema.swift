/// What a JSON value of an answer is, as data: the OpenAPI document, the docs page, the examples
/// and the test that walks a running server are all made of it, so none can say another thing.
indirect enum APISchema: Sendable {
  /// These members and no others.
  case object([Member])
  /// These members, and what else somebody put there.
  case open([Member])
  case array(of: APISchema)
  case text
  /// A text that begins so: "emp_".
  case id(String)
  /// RFC 3339, UTC, milliseconds.
  case timestamp
  case url
  /// A whole number, 0 or more.
  case count
  case integer
  /// Any number, 0 or more.
  case number
  case boolean
  case choice([String])
  /// One of several shapes.
  case either([APISchema])
  case nullable(APISchema)
  /// One of `APISchemas.all`.
  case named(String)
  case anything

  struct Member: Sendable {
    let name: String
    let schema: APISchema
    /// Whether it may be absent.
    let isOptional: Bool
    let summary: String
    /// Shown in examples instead of what the schema makes up.
    let example: String?

    init(
      _ name: String, _ schema: APISchema, optional: Bool = false, example: String? = nil,
      _ summary: String = ""
    ) {
      self.name = name
      self.schema = schema
      isOptional = optional
      self.summary = summary
      self.example = example
    }
  }
}

/// What a call answers when it is not refused; the envelope follows from it.
enum APIAnswerSchema: Sendable {
  /// No body: 204.
  case nothing
  /// `{"data": …}`
  case data(APISchema)
  /// `{"data": […], "meta": {…}}`
  case page(of: APISchema)
  /// A body that is no JSON of ours, by media type.
  case media([String])
}
