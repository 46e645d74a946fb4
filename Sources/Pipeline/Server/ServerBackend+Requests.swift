import Actors
import Transport

/// What the identity providers asked, and what came of it.
extension ServerBackend {
  func requests(_ query: RequestQuery) async throws(APIError) -> RequestPage {
    var query = query
    let names = query.connections
    if let word = query.word {
      query.keys = topology.store.read { $0.keys(named: word, in: names) }
    }
    if let record = query.record {
      guard let key = topology.store.read({ $0.key(record: record, in: names) })
      else { throw .notFound("employee", record) }
      query.keys = query.keys.map { $0.filter { $0 == key } } ?? [key]
      query.word = nil
    }
    let found: RequestPage?
    do { found = try await requestRecords.page(query) } catch { throw APIError(unreadable: error) }
    guard var page = found else { throw .tooManySearches }
    for index in page.requests.indices { _ = name(&page.requests[index]) }
    return page
  }

  func request(
    _ id: String, isWanted: @escaping @Sendable (_ connection: String) -> Bool
  ) async throws(APIError) -> RequestTrace? {
    let (tracing, accepted) = (tracing, spool.hop(.accepted))
    await accepted.durable(through: accepted.lastSeq)
    let found: Result<RequestTrace?, any Error>? = await requestGate.run {
      do {
        return .success(try await tracing.trace(id, isWanted: isWanted))
      } catch { return .failure(error) }
    }
    guard let found else { throw .tooManySearches }
    do {
      guard var trace = try found.get() else { return nil }
      trace.isErased = name(&trace.summary)
      trace.namesErased = trace.accepted.map { namesErased(in: $0) } ?? false
      return trace
    } catch {
      throw APIError(unreadable: error)
    }
  }

  /// Whether a call's body means somebody who has been erased: by the SCIM id, as a group's member.
  private func namesErased(in call: SpoolLine) -> Bool {
    let ids = topology.store.erasedRemoteIds
    return !ids.isEmpty
      && ids.contains { SpoolSearch.occurs(SpoolSearch.folded(Array($0.utf8)), in: call.data) }
  }

  /// Puts an employee's or a group's id where its key stood.
  ///
  /// - Returns: whether it has been erased; then nothing but ids is left.
  private func name(_ request: inout RequestSummary) -> Bool {
    guard let path = request.record, let key = ResourceKey(path: path) else {
      request.record = nil
      return false
    }
    let (record, isKnown, wasErased) = topology.store.read {
      ($0.recordId(of: key), $0.knows(key), $0.isErased(key))
    }
    request.record = record
    let wasThere = request.outcome == .applied || request.outcome == .unchanged
    let isErased = wasErased || wasThere && !isKnown
    if isErased { request.detail = nil }
    return isErased
  }

  func waiting(
    for event: CommittedEvent, at seq: UInt64, in trace: RequestTrace
  ) -> [String] {
    guard trace.hasAllAttempts else { return [] }
    let configuration = configuration
    let tried = Set(
      trace.attempts.lazy.filter { $0.id == event.id }.map { line in
        line.key.split(separator: "/").first.map(String.init) ?? ""
      })
    return configuration.webhooks.values.filter { webhook in
      webhook.status != .disabled && webhook.since < seq && !tried.contains(webhook.id)
        && WebhookFilter(webhook) { configuration }.accepts(event)
    }.map(\.id).sorted()
  }

  private var requestRecords: RequestRecords {
    RequestRecords(
      accepted: spool.hop(.accepted), committed: spool.hop(.committed), log: requestLog,
      disk: reading, gate: requestGate)
  }

  private var tracing: RequestTracing {
    RequestTracing(
      accepted: spool.hop(.accepted), mapped: spool.hop(.mapped),
      committed: spool.hop(.committed), attempts: spool.hop(.attempts), log: requestLog,
      disk: reading)
  }
}
