import Actors
import Transport

/// Erasing people, as the API asks for it.
extension ServerBackend {
  func erase(
    employee id: String, consumerId: String?, atOnce: Bool, requestId: String
  ) async throws(APIError) -> Erasure {
    guard let owner = topology.store.read({ $0.owner(of: id) }),
      consumerId == nil || consumerId == owner.consumer
    else { throw .notFound("employee", id) }
    guard spool.format >= SpoolRelease.snapshots else {
      throw .conflict(
        "A spool of format 1 keeps everything for ever; upgrade it first: serve --upgrade-format.")
    }
    let isPending = configuration.erasures[id] != nil
    if !isPending, wasErased(employee: id, consumerId: owner.consumer) {
      throw .erased(id)
    }
    do {
      return try await topology.eraser.begin(
        id, of: owner.consumer, atOnce: atOnce, request: requestId)
    } catch {
      throw .unavailable("The erasure cannot begin: \(error).", retryAfter: 1)
    }
  }

  func wasErased(employee id: String, consumerId: String) -> Bool {
    topology.store.read { $0.tombstone(of: id, consumer: consumerId) } != nil
  }
}
