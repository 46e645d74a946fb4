import Transport

/// Turns what an identity provider stores about a group into the group applications know.
enum GroupMapping {
  /// - Parameter previous: the group's last state; its revision grows by one when something
  ///   visible changes.
  static func project(
    _ resource: SCIMResource, id: String, remoteId: String, connection: Connection,
    previous: Group?, now: Timestamp
  ) -> Group {
    let name = resource.attributes["displayName"]?.string ?? ""
    let externalId = resource.attributes["externalId"]?.string
    let type = connection.mapping.groupType(name)
    guard let previous else {
      var group = Group(
        id: id, remoteId: remoteId, externalId: externalId, name: name, createdAt: now,
        connection: connection)
      group.type = type
      return group
    }
    var group = previous
    group.type = type
    group.name = name
    group.externalId = externalId
    if !Group.changes(from: previous, to: group).isEmpty { group.revise(at: now) }
    return group
  }
}
