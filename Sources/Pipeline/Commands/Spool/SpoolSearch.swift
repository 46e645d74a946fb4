import Actors
package import Transport

/// Finds the writes that `explain WHAT` is about and joins the hops by their request ids.
///
/// It reads the hops twice: once to find which resource or request is meant, once to collect its
/// lines. Lines in which WHAT does not occur as text are passed over without being parsed. Whom the
/// log no longer mentions, the newest snapshot may still hold.
package struct SpoolSearch {
  private let reader: SpoolReader
  private let what: String
  private let needle: [UInt8]
  private var keys: Set<String> = []
  private var requests: Set<String> = []
  private var event: String?
  private var snapshot: SpoolStory.Snapshot?

  /// - Parameter what: an id of any kind, an e-mail address, a userName or an employee number.
  package init(_ what: String, in reader: SpoolReader) {
    self.reader = reader
    self.what = what
    needle = Self.folded(Array(what.utf8))
  }

  /// nil when nothing of that name is in the spool. Blocks.
  /// - Parameter status: what the server says that holds the spool, if one does.
  package mutating func story(status: JSONValue? = nil) throws -> SpoolStory? {
    event = try eventOfAttempt()
    try searchCommitted()
    try searchSnapshot()
    if keys.isEmpty && requests.isEmpty { try searchAccepted() }
    let calls = try SpoolCalls(in: reader.directory, keys: keys, needle: needle)
    guard !keys.isEmpty || !requests.isEmpty || !calls.lines.isEmpty else { return nil }
    let deliveries = try SpoolDeliveries(
      reader, SpoolConfiguration(reader, isThorough: true))
    var story = SpoolStory(traces: try traces(), deliveries: deliveries)
    story.snapshot = snapshot
    story.calls = calls
    story.keeping = SpoolKeeping(
      disk: try FileSystem.space(at: reader.directory), status: status)
    if status == nil { story.keeping?.held = deliveries.held }
    for hop in reader.hops {
      story.firsts[hop.name] = try reader.summary(of: hop).lines?.lowerBound
    }
    return story
  }
}

// MARK: Which resource or request is meant

extension SpoolSearch {
  private func eventOfAttempt() throws -> String? {
    var event: String?
    try forEachLine(of: SpoolHops.attempts) { line in
      guard event == nil, occurs(in: line) else { return }
      let data = try? JSONValue(parsing: line.data)
      if data?["id"]?.string == what { event = data?["event"]?.string }
    }
    return event
  }

  private mutating func searchCommitted() throws {
    var keys: Set<String> = []
    var requests: Set<String> = []
    try forEachLine(of: SpoolHops.committed) { line in
      guard !line.type.hasPrefix("admin."), occurs(in: line) || event != nil,
        let data = (try? JSONValue(parsing: line.data))?.object
      else { return }
      if line.id == what || names(event ?? what, anEventOf: data) {
        requests.insert(line.id)
      } else if line.type == OperationalEvent.lineType {
        return  // about no resource
      } else if line.key.split(separator: "/").last.map(String.init) == what || isPerson(data) {
        keys.insert(line.key)
      }
    }
    self.keys = keys
    self.requests = requests
  }

  /// The state of whoever is meant as the newest snapshot has it.
  private mutating func searchSnapshot() throws {
    guard requests.isEmpty, let newest = try SpoolSnapshot.all(in: reader.directory).last
    else { return }
    var found: SpoolStory.Snapshot?
    let (what, keys) = (what, keys)
    // One that does not read back has told what it could by then; `verify` names the place.
    _ = try? newest.read { entry in
      guard found == nil, entry.type == "resource" else { return }
      guard !keys.isEmpty || Self.occurs(needle, in: entry.data),
        let data = (try? JSONValue(parsing: entry.data))?.object, let key = data["key"]?.string
      else { return }
      let isMeant =
        keys.isEmpty
        ? key.split(separator: "/").last.map(String.init) == what || isPerson(data)
        : keys.contains(key)
      if isMeant { found = SpoolStory.Snapshot(seq: newest.seq, key: key, data: data) }
    }
    guard let found else { return }
    snapshot = found
    self.keys.insert(found.key)
  }

  /// A write that never became an outcome is known to the first hop only.
  private mutating func searchAccepted() throws {
    var requests: Set<String> = []
    try forEachLine(of: SpoolHops.accepted) { line in
      guard occurs(in: line), let data = (try? JSONValue(parsing: line.data))?.object
      else { return }
      let isKey = line.key.split(separator: "/").last.map(String.init) == what
      let body = data["body"]?.object
      if line.id == what || isKey || body.map({ isNamed($0, Self.resourceNames) }) == true {
        requests.insert(line.id)
      }
    }
    self.requests = requests
  }

  private func names(_ event: String, anEventOf data: JSONObject) -> Bool {
    data["events"]?.array?.contains { $0["id"]?.string == event } == true
  }

  private static let resourceNames = ["userName", "externalId", "emails"]
  private static let employeeNames = [
    "id", "username", "externalId", "email", "workEmail", "personalEmail", "employeeNumber",
  ]

  private func isPerson(_ data: JSONObject) -> Bool {
    let employee =
      data["events"]?.array?.last?["data"]?.object ?? data["employee"]?.object
      ?? data["group"]?.object
    return data["resource"]?.object.map { isNamed($0, Self.resourceNames) } == true
      || employee.map { isNamed($0, Self.employeeNames) } == true
  }

  /// Whether one of these members, or a `value` in one that is a list, is WHAT in any case.
  private func isNamed(_ object: JSONObject, _ names: [String]) -> Bool {
    names.contains { name in
      if let text = object[name]?.string { return Self.folded(Array(text.utf8)) == needle }
      return object[name]?.array?.contains {
        $0["value"]?.string.map { Self.folded(Array($0.utf8)) == needle } == true
      } == true
    }
  }
}

// MARK: Collecting

extension SpoolSearch {
  private func traces() throws -> [SpoolTrace] {
    var traces: [SpoolTrace] = []
    var places: [String: Int] = [:]
    func enter(_ line: SpoolLine, _ change: (inout SpoolTrace) -> Void) {
      let place = places[line.id] ?? traces.count
      if place == traces.count {
        traces.append(SpoolTrace(request: line.id))
        places[line.id] = place
      }
      change(&traces[place])
    }
    try forEachLine(of: SpoolHops.accepted) { line in
      if isWanted(line) { enter(line) { $0.accepted = line } }
    }
    try forEachLine(of: SpoolHops.mapped) { line in
      if isWanted(line) { enter(line) { $0.mapped = line } }
    }
    var batch: (base: UInt64, lines: Int, waiting: [Int]) = (0, 0, [])
    try forEachLine(of: SpoolHops.committed) { line in
      if line.based != batch.base {
        for place in batch.waiting { traces[place].batch = batch.lines }
        batch = (line.based, 0, [])
      }
      batch.lines += 1
      guard isWanted(line), !line.type.hasPrefix("admin.") else { return }
      enter(line) { trace in
        if trace.committed == nil { trace.committed = line } else { trace.following.append(line) }
      }
      if let place = places[line.id] { batch.waiting.append(place) }
    }
    for place in batch.waiting { traces[place].batch = batch.lines }
    try collectAttempts(into: &traces)
    return traces.sorted { ($0.committed?.seq ?? .max) < ($1.committed?.seq ?? .max) }
  }

  private func isWanted(_ line: SpoolLine) -> Bool {
    requests.contains(line.id) || keys.contains(line.key)
  }

  private func collectAttempts(into traces: inout [SpoolTrace]) throws {
    var places: [String: Int] = [:]
    for (place, trace) in traces.enumerated() {
      for event in trace.eventIds { places[event] = place }
    }
    guard !places.isEmpty else { return }
    var found: [(place: Int, line: SpoolLine)] = []
    try forEachLine(of: SpoolHops.attempts) { line in
      guard let event = (try? JSONValue(parsing: line.data))?["event"]?.string,
        let place = places[event]
      else { return }
      found.append((place, line))
    }
    for (place, line) in found { traces[place].attempts.append(line) }
  }

  private func forEachLine(of hop: String, _ body: (SpoolLine) -> Void) throws {
    guard reader.hops.contains(where: { $0.name == hop }) else { return }
    try reader.forEachLine(of: hop) { line in
      body(line)
      return true
    }
  }

  /// Whether WHAT stands anywhere in the line, in any case of its ASCII letters.
  private func occurs(in line: SpoolLine) -> Bool {
    line.id == what || line.key.utf8.count >= needle.count && line.key.hasSuffix(what)
      || Self.occurs(needle, in: line.data)
  }

  static func folded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
  }

  static func occurs(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
    occurs(needle, in: bytes[...])
  }

  static func occurs(_ needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = needle.first, bytes.count >= needle.count else { return needle.isEmpty }
    let (needle, bytes) = (needle.span, bytes.span)
    var start = 0
    while start + needle.count <= bytes.count {
      if fold(bytes[start]) == first {
        var length = 1
        while length < needle.count, fold(bytes[start + length]) == needle[length] { length += 1 }
        if length == needle.count { return true }
      }
      start += 1
    }
    return false
  }

  private static func fold(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
}
