package import Transport

/// A bulk request taken apart (RFC 7644 §3.7): what is wrong with one operation is that operation's
/// affair, what is refused here leaves everything as it was.
package struct SCIMBulkRequest: Sendable, Equatable {
  package static let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
  /// Operations in one request.
  package static let maxOperations = 1000
  /// Bytes of one request.
  package static let maxPayloadSize = 1 << 20

  package let operations: [SCIMBulkOperation]
  /// How many failures end the job; nil when none does.
  package let failOnErrors: Int?

  /// - Parameter body: its keys in any case, unknown ones ignored.
  /// - Throws: 400 for what is no bulk request, 413 for too many operations.
  package init(_ body: JSONObject) throws(SCIMError) {
    let schemas = body.value(named: "schemas")
    guard let list = schemas?.array ?? schemas.map({ [$0] }),
      list.contains(where: { SCIMText.sameName($0.string ?? "", Self.schema) })
    else { throw SCIMError(.invalidSyntax, "A bulk request needs schemas with \(Self.schema)") }
    guard let given = body.value(named: "Operations")?.array, !given.isEmpty else {
      throw SCIMError(.invalidSyntax, "A bulk request needs Operations, a list of at least one")
    }
    guard given.count <= Self.maxOperations else { throw .tooManyOperations(given.count) }
    failOnErrors = try Self.limit(body.value(named: "failOnErrors"))
    operations = try Self.operations(given)
  }

  private static func operations(_ given: [JSONValue]) throws(SCIMError) -> [SCIMBulkOperation] {
    var operations: [SCIMBulkOperation] = []
    var created: Set<String> = []
    for (index, item) in given.enumerated() {
      guard let object = item.object else {
        throw SCIMError(.invalidSyntax, "Operation \(index + 1) must be an object")
      }
      let operation = SCIMBulkOperation(object)
      if operation.isCreation, let bulkId = operation.bulkId, !created.insert(bulkId).inserted {
        let name = SCIMText.clipped(bulkId)
        throw SCIMError(.invalidValue, "bulkId \(name) names two POST operations: one each")
      }
      operations.append(operation)
    }
    return operations
  }

  private static func limit(_ value: JSONValue?) throws(SCIMError) -> Int? {
    guard let value, !value.isNull else { return nil }
    guard let limit = value.int, limit > 0 else {
      throw SCIMError(.invalidValue, "failOnErrors must be a whole number from 1")
    }
    return limit
  }
}

extension SCIMError {
  fileprivate static func tooManyOperations(_ count: Int) -> SCIMError {
    let limit = SCIMBulkRequest.maxOperations
    return SCIMError(
      status: 413,
      detail: "The request has \(count) operations: send at most \(limit) at once (maxOperations).")
  }

  /// - Parameter bulkId: of no POST of the request.
  package static func unknownBulkId(_ bulkId: String) -> SCIMError {
    SCIMError(
      .invalidValue, "bulkId \(SCIMText.clipped(bulkId)) names no POST operation of this request")
  }

  /// - Parameter bulkId: of a POST that was refused, so that there is nothing to refer to.
  package static func failedBulkId(_ bulkId: String) -> SCIMError {
    SCIMError(
      status: 409,
      detail: "The POST with bulkId \(SCIMText.clipped(bulkId)) failed, so this operation was not "
        + "tried: mend that one first.")
  }
}
