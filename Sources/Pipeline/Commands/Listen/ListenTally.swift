/// How far a run came.
package struct ListenTally: Sendable, Equatable {
  package var forwarded = 0
  /// Of those, answered with no success or not at all.
  package var refused = 0
  /// Where the next run can go on.
  package var place: String?

  package init() {}
}
