import Transport

/// A filter as a flat list of steps that run over a resource's bytes; nothing is parsed into values
/// on the way but the rare text with escapes or beyond ASCII, numbers and dates.
struct SCIMFilterProgram: Sendable {
  enum Step: Sendable {
    case constant(Bool)
    case present(SCIMReach)
    case absent(SCIMReach)
    case test(SCIMReach, SCIMComparator)
    /// One element fulfils the step that follows.
    case element(SCIMReach)
    /// All, or one, of the steps that follow.
    case and
    case or
    /// The step that follows does not hold.
    case not
  }

  /// Each step in front of those it is made of.
  private var steps: [Step] = []
  /// Where each step and all it is made of is over.
  private var ends: [Int] = []

  /// Adds a step; what is added before its `end` is what it is made of.
  mutating func begin(_ step: Step) -> Int {
    steps.append(step)
    ends.append(steps.count)
    return steps.count - 1
  }

  mutating func end(_ index: Int) { ends[index] = steps.count }

  mutating func add(_ step: Step) { _ = begin(step) }

  /// What a run looks at.
  private struct Place {
    /// Where the members at the top of the resource are, by slot.
    let tops: [Range<Int>]
    /// The element, within one.
    var element: Range<Int>?
  }

  /// - Parameter tops: where the members at the top are, by slot; an empty range is none.
  func holds(_ bytes: Span<UInt8>, tops: [Range<Int>]) -> Bool {
    run(0, bytes, Place(tops: tops, element: nil))
  }

  /// - Parameter element: where the value is that all steps look at.
  func holds(_ bytes: Span<UInt8>, element: Range<Int>) -> Bool {
    run(0, bytes, Place(tops: [], element: element))
  }

  private func run(_ index: Int, _ bytes: Span<UInt8>, _ place: Place) -> Bool {
    switch steps[index] {
    case .constant(let result): return result
    case .present(let reach): return any(reach, bytes, place, .present)
    case .absent(let reach): return !any(reach, bytes, place, .present)
    case .test(let reach, let comparator):
      if any(reach, bytes, place, .accepted(comparator)) { return true }
      return comparator.isInequality && !any(reach, bytes, place, .present)
    case .element(let reach): return any(reach, bytes, place, .fulfilled(index + 1))
    case .and: return allParts(of: index, hold: true, bytes, place)
    case .or: return !allParts(of: index, hold: false, bytes, place)
    case .not: return !run(index + 1, bytes, place)
    }
  }

  private func allParts(
    of index: Int, hold wanted: Bool, _ bytes: Span<UInt8>, _ place: Place
  ) -> Bool {
    var part = index + 1
    while part < ends[index] {
      if run(part, bytes, place) != wanted { return false }
      part = ends[part]
    }
    return true
  }
}

/// The way to values; lists are walked on every level.
extension SCIMFilterProgram {
  private enum Question {
    case present
    case accepted(SCIMComparator)
    case fulfilled(Int)
  }

  private func any(
    _ reach: SCIMReach, _ bytes: Span<UInt8>, _ place: Place, _ question: Question
  ) -> Bool {
    let start = reach.slot.map { place.tops[$0] } ?? place.element ?? 0..<0
    return !start.isEmpty && any(start, reach.steps, 0, bytes, place, question)
  }

  private func any(
    _ range: Range<Int>, _ names: [[UInt8]], _ depth: Int, _ bytes: Span<UInt8>, _ place: Place,
    _ question: Question
  ) -> Bool {
    if bytes[range.lowerBound] == UInt8(ascii: "[") {
      var cursor = JSONCursor(at: range.lowerBound + 1, end: range.upperBound)
      while let element = cursor.value(in: bytes) {
        if any(element, names, depth, bytes, place, question) { return true }
        guard cursor.take(UInt8(ascii: ","), in: bytes) else { return false }
      }
      return false
    }
    if depth < names.count {
      guard let inner = bytes.value(named: names[depth], in: range) else { return false }
      return any(inner, names, depth + 1, bytes, place, question)
    }
    switch question {
    case .present: return !bytes.isVoid(at: range)
    case .accepted(let comparator): return comparator.accepts(bytes, at: range)
    case .fulfilled(let part):
      return run(part, bytes, Place(tops: place.tops, element: range))
    }
  }
}
