package import Transport

extension SCIMResourceType {
  /// The resource a PATCH leaves behind (RFC 7644 §3.5.2): operations apply one after the other and
  /// all or none; what cannot be applied is an error, never passed over.
  ///
  /// - Parameter id: the resource's own, which Okta repeats inside values.
  package func patch(
    _ stored: SCIMResource, id: String, with body: JSONObject
  ) throws(SCIMError) -> SCIMResource {
    let operations = try SCIMPatchOperation.all(of: body)
    var engine = SCIMPatchEngine(type: self, id: id, stored: stored)
    for (index, operation) in operations.enumerated() {
      do {
        try engine.apply(operation)
      } catch {
        throw operations.count == 1 ? error : error.located("Operation \(index + 1)")
      }
    }
    return try engine.finish()
  }
}
