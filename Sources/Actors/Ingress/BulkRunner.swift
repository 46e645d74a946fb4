import Transport

/// Carries out a bulk request (RFC 7644 §3.7): each operation is a write like any other, with its
/// own request id, its own lines and its own durable answer; only the answers come together.
struct BulkRunner: Sendable {
  /// Operations in flight together, so that they share a sync of the disk.
  static let window = 64

  let catalog: SCIMCatalog
  let store: Store
  /// Sends a write on and waits until its outcome is durable.
  let submit: @Sendable (SCIMCall) async -> SCIMAnswer

  /// - Parameter call: authenticated; its credentials go with each operation.
  /// - Throws: when nothing of it was tried.
  func run(_ call: SCIMCall, of connection: Connection) async throws(SCIMError) -> SCIMAnswer {
    let request = try SCIMBulkRequest(try call.object())
    var job = BulkJob(request, call: call, catalog: catalog, claims: claims(request, connection))
    await withTaskGroup(of: (Int, SCIMBulkResult).self) { group in
      var running = 0
      while true {
        while running < job.window, let (index, write) = job.next() {
          running += 1
          group.addTask { (index, await perform(write)) }
        }
        guard let (index, result) = await group.next() else { return }
        running -= 1
        job.finished(index, result)
      }
    }
    return SCIMAnswer(
      status: 200, body: SCIMBulkResponse.body(request.operations, job.results))
  }

  private func perform(_ write: BulkJob.Write) async -> SCIMBulkResult {
    let answer = await submit(write.call)
    return write.result(answer)
  }

  private func claims(_ request: SCIMBulkRequest, _ connection: Connection) -> [SCIMBulkClaims] {
    request.operations.map { operation in
      guard let endpoint = operation.path.first,
        let type = catalog.resourceType(endpoint: "/" + endpoint)
      else { return SCIMBulkClaims(of: operation, naming: []) }
      var claims = SCIMBulkClaims(of: operation, naming: type.identifyingNames)
      let set = ResourceSet(connection: connection.id, type: type.segment)
      let id = operation.path.count == 2 ? operation.path[1] : nil
      claims.claim(
        store.read { [names = claims.names] in
          $0.identities(id: id, names: names, in: set, type)
        })
      return claims
    }
  }
}
