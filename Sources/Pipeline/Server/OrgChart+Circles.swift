import Actors

/// Circles of managers: each of them has a manager, so nobody of them stands on top by himself, and
/// neither they nor who is under them would be found from there.
extension OrgChart {
  /// Puts one of each circle on top.
  mutating func beginCircles() async {
    var unseen: [Int: ListedEmployee] = [:]
    var next: Int? = 0
    while let first = next {
      let stretch = employees(from: first)
      next = stretch.next
      for employee in stretch.employees where !seen.contains(employee.place) {
        unseen[employee.place] = employee
      }
      if nodes.count + unseen.count > Self.bound {
        isTruncated = true
        break
      }
      await Task.yield()
    }
    let tops = Self.tops(of: unseen.compactMapValues(\.manager))
    // Beyond the bound the manager of the others may only not have been looked at.
    let others = isTruncated ? [] : tops.others.filter { !isUnderSomebodySeen(unseen[$0]) }
    for place in (tops.circles + others).sorted() {
      if let employee = unseen[place] { add(employee) }
    }
  }

  /// Who came to a manager after that one's reports were read.
  private func isUnderSomebodySeen(_ employee: ListedEmployee?) -> Bool {
    employee?.manager.map { seen.contains($0) } ?? false
  }

  /// Of each circle the one who was committed first; and who has a manager that is none of these.
  ///
  /// - Parameter managers: by those who report to them.
  static func tops(of managers: [Int: Int]) -> (circles: [Int], others: [Int]) {
    var (circles, others): ([Int], [Int]) = ([], [])
    var done: Set<Int> = []
    for start in managers.keys.sorted() {
      var path: [Int] = []
      var place = start
      while let manager = managers[place], done.insert(place).inserted {
        path.append(place)
        place = manager
      }
      if let close = path.firstIndex(of: place) {
        circles.append(path[close...].min() ?? place)
      } else if managers[place] == nil, let last = path.last {
        others.append(last)
      }
    }
    return (circles, others)
  }
}
