import Synchronization

/// What the simulator did, counted while many connections do it.
package final class CallTally: Sendable {
  package enum Call: Int, CaseIterable, Sendable {
    case probe
    case probeGroups
    case connectionTest
    case filter
    case create
    case update
    case put
    case patch
    case activate
    case list
    case delete
    case findGroup
    case group
    case listGroups
    case deleteGroup

    package var label: String {
      switch self {
      case .probe: "GET /Users?count=2 (probe)"
      case .probeGroups: "GET /Groups?count=100 (probe)"
      case .connectionTest: "GET (connection test)"
      case .filter: "GET /Users?filter=userName"
      case .create: "POST /Users"
      case .update: "GET, then PUT /Users/{id}"
      case .put: "PUT /Users/{id}"
      case .patch: "PATCH /Users/{id}"
      case .activate: "PATCH active"
      case .list: "GET /Users?startIndex"
      case .delete: "DELETE /Users/{id}"
      case .findGroup: "GET /Groups?filter=displayName"
      case .group: "POST, PATCH /Groups"
      case .listGroups: "GET /Groups?startIndex"
      case .deleteGroup: "DELETE /Groups/{id}"
      }
    }
  }

  package struct Row: Sendable {
    package var count = 0
    package var failed = 0
    package var latency = LatencyHistogram()
    /// Answers by status code.
    package var answers: [Int: Int] = [:]
  }

  /// One way calls failed.
  package struct Failure: Sendable, Hashable {
    package var call: Call
    /// Nil when there was no answer.
    package var status: Int?
    package var reason: String
  }

  package struct Totals: Sendable {
    package var rows: [Call: Row] = [:]
    package var failures: [Failure: Int] = [:]
    package var planned = 0
    package var usersDone = 0
    package var groupsDone = 0
    package var done: Int { rows.values.reduce(0) { $0 + $1.count } }
    package var failed: Int { rows.values.reduce(0) { $0 + $1.failed } }
  }

  /// Different failures kept; more are counted in the table only.
  private static let failureBound = 64
  private let totals = Mutex(Totals())

  package init() {}

  package var snapshot: Totals { totals.withLock { $0 } }

  /// Forgets what was only a look before the run.
  package func reset() { totals.withLock { $0 = Totals() } }

  package func plan(_ calls: Int) { totals.withLock { $0.planned += calls } }

  package func userDone() { totals.withLock { $0.usersDone += 1 } }
  package func groupDone() { totals.withLock { $0.groupsDone += 1 } }

  /// One answer on the way to a result; a call repeated after 429 has several.
  package func answered(_ call: Call, _ status: Int) {
    totals.withLock { $0.rows[call, default: Row()].answers[status, default: 0] += 1 }
  }

  /// One call is over.
  package func finished(_ call: Call, after duration: Duration, failure: Failure? = nil) {
    totals.withLock { totals in
      totals.rows[call, default: Row()].count += 1
      totals.rows[call, default: Row()].latency.record(duration)
      guard let failure else { return }
      totals.rows[call, default: Row()].failed += 1
      if totals.failures[failure] != nil || totals.failures.count < Self.failureBound {
        totals.failures[failure, default: 0] += 1
      }
    }
  }
}
