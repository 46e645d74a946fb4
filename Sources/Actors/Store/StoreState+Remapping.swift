import Transport

/// A connection's people on their way from an older mapping to the present one: a walk over the
/// rows there were when it changed. Everybody behind has been mapped anew; whoever comes or is
/// written meanwhile is mapped by the new one anyway.
package struct Remapping: Sendable, Equatable {
  /// That changed the mapping.
  let request: String
  /// The next row.
  var next: Int
  /// The first row that is not its business.
  let end: Int
}

/// Some of those rows.
struct RemappingStretch: Sendable {
  let connection: String
  let remapping: Remapping
  /// Live rows of the connection.
  let places: [Int]
  /// Where the walk goes on.
  let next: Int
}

extension StoreState {
  /// Rows a stretch looks at, and rows it gives, at most: writes wait meanwhile.
  private static let scan = 4096
  private static let batch = 32

  /// Before a change of the configuration is applied: what it means for people that are there.
  mutating func noteMapping(_ change: AdminChange, because request: String) {
    guard case .connectionUpdated(let new) = change,
      let old = configuration.connections[new.id], old.mapping != new.mapping
    else { return }
    remappings[new.id] = Remapping(request: request, next: 0, end: rows.count)
  }

  /// Of connections that are gone.
  mutating func dropRemappings() {
    if remappings.isEmpty { return }
    remappings = remappings.filter { configuration.connections[$0.key] != nil }
  }

  /// The next rows to be mapped anew; nil when there are none.
  ///
  /// - Parameter last: the connection whose turn it was before; the next has it now, so that a large
  ///   one does not hold up all others.
  func remappingStretch(after last: String = "") -> RemappingStretch? {
    let next =
      remappings.filter { $0.key > last }.min { $0.key < $1.key }
      ?? remappings.min { $0.key < $1.key }
    guard let (connection, remapping) = next else { return nil }
    let numbers = [SCIMResourceType.user, .group].compactMap { type in
      setNumbers[ResourceSet(connection: connection, type: type.segment)].map { UInt32($0) }
    }
    let limit = min(remapping.end, remapping.next + Self.scan)
    var places: [Int] = []
    var place = remapping.next
    while place < limit, places.count < Self.batch {
      if numbers.contains(rows[place].set), !rows[place].isDeleted { places.append(place) }
      place += 1
    }
    return RemappingStretch(
      connection: connection, remapping: remapping, places: places, next: place)
  }

  /// Those rows are done, unless the mapping changed again meanwhile.
  mutating func advance(_ stretch: RemappingStretch) {
    guard remappings[stretch.connection] == stretch.remapping else { return }
    if stretch.next >= stretch.remapping.end {
      remappings[stretch.connection] = nil
    } else {
      remappings[stretch.connection]?.next = stretch.next
    }
  }

  /// People and groups of a connection that are still as an older mapping made them, at most.
  package func remappingLeft(of connection: String) -> Int {
    guard let remapping = remappings[connection] else { return 0 }
    let left = [SCIMResourceType.user, .group].reduce(0) { sum, type in
      let order = rows(of: ResourceSet(connection: connection, type: type.segment))?.order ?? []
      let start = order.partitioningIndex { $0 >= remapping.next }
      return sum + order.partitioningIndex { $0 >= remapping.end } - start
    }
    return max(left, 1)
  }
}

extension Remapping {
  private static let what = "remap"

  func json(of connection: String) -> JSONValue {
    [
      "what": JSONValue(Self.what), "row": JSONValue(next), "other": JSONValue(end),
      "value": JSONValue(connection), "request": JSONValue(request),
    ]
  }

  /// - Returns: nil when it is something else that is owed.
  static func read(_ json: JSONObject) -> (connection: String, Remapping)? {
    guard json["what"]?.string == what, let next = json["row"]?.int, let end = json["other"]?.int,
      let connection = json["value"]?.string, let request = json["request"]?.string
    else { return nil }
    return (connection, Remapping(request: request, next: next, end: end))
  }
}
