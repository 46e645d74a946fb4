import Transport

/// What this process may use of the machine, so that defaults fit a container as well as a server.
///
/// Limits are looked for where Linux keeps them: the cgroup and every one above it (version 2, then
/// version 1), the CPU affinity mask, the address space limit, and the machine itself.
package struct Machine: Sendable, Equatable {
  /// Bytes.
  package var memory: Int
  /// At least 1; a share of a CPU counts as a whole one.
  package var processors: Int

  package init(memory: Int, processors: Int) {
    self.memory = memory
    self.processors = processors
  }

  /// - Parameter read: the text of a small file, nil when there is none; tests bring their own.
  package init(read: (String) -> String?) {
    let cgroup = ControlGroup(read: read)
    let total = Self.total(read("/proc/meminfo") ?? "") ?? 1 << 30
    let space = Self.addressSpace(read("/proc/self/limits") ?? "")
    memory = [total, cgroup.memory, space].compactMap { $0 }.min() ?? total
    let mask = Self.affinity(read("/proc/self/status") ?? "") ?? 1
    processors = max(1, min(mask, cgroup.processors ?? mask))
  }

  /// "MemTotal:       24576000 kB".
  private static func total(_ text: String) -> Int? {
    field("MemTotal:", in: text)?.first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// "Max address space         536870912            unlimited            bytes".
  private static func addressSpace(_ text: String) -> Int? {
    field("Max address space", in: text)?.first.flatMap { Int($0) }
  }

  /// "Cpus_allowed_list:	0-1,4".
  private static func affinity(_ text: String) -> Int? {
    guard let list = field("Cpus_allowed_list:", in: text)?.first else { return nil }
    let counts = list.split(separator: ",").map { range in
      let ends = range.split(separator: "-").compactMap { Int($0) }
      return ends.count == 2 ? ends[1] - ends[0] + 1 : ends.count
    }
    let sum = counts.reduce(0, +)
    return sum > 0 ? sum : nil
  }

  private static func field(_ name: String, in text: String) -> [Substring]? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.dropFirst(name.count).split { $0 == " " || $0 == "\t" }
  }
}

extension Machine {
  /// Bytes of a file under /proc or /sys that are looked at.
  private static let fileBound = 65_536

  /// The machine this process runs on.
  package static var current: Machine {
    Machine { path in
      guard let file = try? File(path, .reading),
        let bytes = try? file.read(at: 0, count: fileBound)
      else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

/// The limits of the control groups this process stands in.
private struct ControlGroup {
  var memory: Int?
  var processors: Int?

  init(read: (String) -> String?) {
    let groups = (read("/proc/self/cgroup") ?? "").split(separator: "\n").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    }
    for group in groups where group.count == 3 {
      let controllers = group[1].split(separator: ",")
      for path in Self.andAbove(group[2]) {
        if group[1].isEmpty {
          join(memory: read("/sys/fs/cgroup\(path)/memory.max"))
          join(processors: read("/sys/fs/cgroup\(path)/cpu.max"))
        } else if controllers.contains("memory") {
          join(memory: read("/sys/fs/cgroup/memory\(path)/memory.limit_in_bytes"))
        } else if controllers.contains("cpu") {
          let folder = "/sys/fs/cgroup/\(group[1])\(path)"
          guard let quota = read(folder + "/cpu.cfs_quota_us") else { continue }
          join(processors: quota + " " + (read(folder + "/cpu.cfs_period_us") ?? ""))
        }
      }
    }
  }

  /// "/a/b" → "/a/b", "/a", "": inside a container the path may name what only the host sees.
  private static func andAbove(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { count in
      parts.prefix(count).map { "/" + $0 }.joined()
    }
  }

  /// "max", or bytes.
  private mutating func join(memory text: String?) {
    guard let text, let bytes = Int(text.filter { !$0.isWhitespace }), bytes > 0 else { return }
    memory = min(memory ?? bytes, bytes)
  }

  /// "200000 100000": microseconds of CPU in each period; "max" and -1 mean no limit.
  private mutating func join(processors text: String?) {
    let numbers = (text ?? "").split(whereSeparator: \.isWhitespace).map { Int($0) }
    guard numbers.count == 2, let quota = numbers[0], let period = numbers[1],
      quota > 0, period > 0
    else { return }
    let count = max(1, (quota + period - 1) / period)
    processors = min(processors ?? count, count)
  }
}
