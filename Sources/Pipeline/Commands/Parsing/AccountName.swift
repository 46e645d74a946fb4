import Transport

/// Who a user id is, as `sudo -u` takes it.
enum AccountName {
  /// "scim-hris"; "'#1000'" for a user the machine has no name for. Reads `/etc/passwd`, since the
  /// system's own look-up cannot be linked statically.
  static func forSudo(_ user: UInt32) -> String {
    let table = (try? FileSystem.text(ofSystemFile: "/etc/passwd")) ?? ""
    return name(of: user, in: table) ?? "'#\(user)'"
  }

  static func name(of user: UInt32, in table: String) -> String? {
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      if fields.count > 2, UInt32(fields[2]) == user, !fields[0].isEmpty {
        return String(fields[0])
      }
    }
    return nil
  }
}
