import Transport

/// One thing a SCIM server must do, and how to find out whether it does.
struct ConformanceCheck: Sendable {
  /// Ends without an error when the server does it.
  typealias Body = @Sendable (ConformanceProbe) async throws(Unmet) -> Void

  /// The parts of the protocol, in the order in which they are tried.
  enum Section: String, CaseIterable, Sendable {
    case discovery, errors, create, read, versions, replace, patch, filter, list, sort, projection
    case search, cursor, bulk, me, groups, delete
  }

  /// What leaves a line of the table within 100 columns.
  static let nameWidth = 57

  let section: Section
  let name: String
  /// "7644 §3.5.2": the RFC and its section.
  let source: String
  /// What the server must say it supports for this to count.
  let needs: [ServiceFeatures.Feature]
  let body: Body

  static let all =
    DiscoveryChecks.all + ErrorChecks.all + CreateChecks.all + ReadChecks.all + VersionChecks.all
    + ReplaceChecks.all + PatchChecks.all + FilterChecks.all + ListChecks.all + SortChecks.all
    + ProjectionChecks.all + SearchChecks.all + CursorChecks.all + BulkChecks.all + MeChecks.all
    + GroupChecks.all + DeleteChecks.all

  static func table(
    _ section: Section, needing needs: ServiceFeatures.Feature...,
    rows: [(name: String, source: String, body: Body)]
  ) -> [ConformanceCheck] {
    rows.map {
      ConformanceCheck(
        section: section, name: $0.name, source: $0.source, needs: needs, body: $0.body)
    }
  }
}

/// Why a check did not pass.
enum Unmet: Error, Sendable, Equatable {
  /// What the server did instead, in one line.
  case failed(String)
  /// The server does not offer this, which is no fault.
  case notSupported
}

func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws(Unmet) {
  if !holds { throw .failed(otherwise()) }
}
