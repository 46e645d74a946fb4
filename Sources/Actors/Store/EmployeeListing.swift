/// Whose employees a list shows, as far as that is known without reading any.
package struct EmployeeScope: Sendable {
  package var consumer: String
  /// Only those of one connection.
  package var connection: String?
  package var includesDeleted: Bool

  package init(consumer: String, connection: String? = nil, includesDeleted: Bool = true) {
    self.consumer = consumer
    self.connection = connection
    self.includesDeleted = includesDeleted
  }
}

/// An employee as searches see it, its record still to be read.
package struct ListedEmployee: Sendable {
  /// Its number in the store's table, which it keeps.
  package let place: Int
  /// The number of its manager, once known.
  package let manager: Int?
  /// The newest outcome it shows anything of.
  package let lastSeq: UInt64
  package let record: RowBytes
}

/// Some employees on the way through all of them.
package struct EmployeeStretch: Sendable {
  package var employees: [ListedEmployee]
  /// Where the search for more goes on; nil at the end.
  package var next: Int?
  /// What they show is durable when this outcome is.
  package var gate: UInt64
}

/// What employees show that stands elsewhere.
package struct EmployeeJoins: Sendable {
  /// For each employee: its groups, one more than it shows at most.
  package var groups: [[GroupSummary]]
  /// For each manager that was asked for: its record.
  package var managers: [RowBytes]
  /// The newest outcome that any of these groups and managers shows something of.
  package var shown: UInt64
  package var gate: UInt64
}
