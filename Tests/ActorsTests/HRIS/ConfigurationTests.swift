import Testing
import Transport

@testable import Actors

@Suite struct ConfigurationTests {
  static let time = Timestamp(milliseconds: 1_700_000_000_000)
  static let token = HashedToken(id: "tok_1", token: "scimtok_EXAMPLE", createdAt: time)
  static let webhook = Webhook(
    id: "wh_1", applicationId: "app_1", receiver: .url("http://example.com/"),
    events: ["employee.*"], consumerIds: ["csm_1"], createdAt: time, localAllowed: true, since: 4)
  static let connection = Connection(
    id: "cnx_1", consumerId: "csm_1", applicationId: "app_1", serviceId: "okta-scim",
    slug: "abcd", tokens: [token], settings: JSONObject([.init(name: "x", value: 1)]),
    createdAt: time)
  static let consumer = Consumer(
    id: "csm_1", applicationId: "app_1", name: "Acme", createdAt: time)
  static let application = Application(id: "app_1", name: "One", keys: [token], createdAt: time)

  static let changes: [AdminChange] = [
    .applicationCreated(application), .keyAdded(applicationId: "app_1", token),
    .keyRevoked(applicationId: "app_1", keyId: "tok_1"), .consumerCreated(consumer),
    .consumerUpdated(consumer), .consumerDeleted(id: "csm_1"), .connectionCreated(connection),
    .connectionUpdated(connection), .connectionDeleted(id: "cnx_1", keepsEmployees: true),
    .tokenAdded(connectionId: "cnx_1", token),
    .tokenRevoked(connectionId: "cnx_1", tokenId: "tok_1"), .webhookCreated(webhook),
    .webhookUpdated(
      Webhook(id: "wh_2", applicationId: "app_1", receiver: .inspector, createdAt: time)),
    .webhookDeleted(id: "wh_1"),
    .accessRevoked(
      applicationId: "app_1", tokenId: "acc_1", until: time.advanced(by: .seconds(60)), at: time),
    .tokenReplaced(connectionId: "cnx_1", tokenId: "tok_1", at: time),
    .setupLinkAdded(connectionId: "cnx_1", link(1)),
    .setupLinkRevoked(connectionId: "cnx_1", linkId: "stp_1", at: time),
    .connectionCreated(linked),
  ]

  private static func link(_ number: Int) -> HashedToken {
    let made = time.advanced(by: .seconds(number))
    return HashedToken(
      id: "stp_\(number)", token: "setup_EXAMPLE\(number)", createdAt: made,
      expiresAt: made.advanced(by: .seconds(1000)), name: "first")
  }

  private static var linked: Connection {
    var connection = connection
    connection.id = "cnx_2"
    connection.slug = "efgh"
    connection.metadata = JSONObject([.init(name: "color", value: "red")])
    connection.setupLinks = [link(1)]
    return connection
  }

  @Test func `what earlier releases wrote reads as what it meant`() throws {
    let old = try JSONValue(parsing: Self.connection.json.bytes)
    #expect(old["metadata"] == nil && old["setupLinks"] == nil)
    #expect(old["tokens"]?.array?.first?["expiresAt"] == nil)
    #expect(try Connection(json: try #require(old.object)) == Self.connection)
    #expect(Self.application.json["revokedAccess"] == nil)
  }

  @Test func `a revoked access token is remembered until it would have ended`() throws {
    var configuration = Configuration()
    configuration.apply(Self.changes[0], at: 1)
    func revoke(_ id: String, at seconds: Int) {
      let now = Self.time.advanced(by: .seconds(seconds))
      configuration.apply(
        .accessRevoked(
          applicationId: "app_1", tokenId: id, until: now.advanced(by: .seconds(60)), at: now),
        at: 2)
    }
    for (id, second) in [("acc_1", 0), ("acc_2", 59), ("acc_3", 60)] { revoke(id, at: second) }
    let application = try #require(configuration.applications["app_1"])
    #expect(application.revokedAccess.keys.sorted() == ["acc_2", "acc_3"])
    #expect(try Application(json: try #require(application.json.object)) == application)
  }

  @Test func `a set-up link is found by its hash until its connection is gone`() throws {
    var configuration = Configuration()
    for change in [Self.changes[0], Self.changes[3], Self.changes[6]] {
      configuration.apply(change, at: 1)
    }
    configuration.apply(.setupLinkAdded(connectionId: "cnx_1", Self.link(1)), at: 2)
    var changed = Self.connection
    changed.enabled = false
    configuration.apply(.connectionUpdated(changed), at: 3)
    #expect(configuration.setupLink(hash: Self.link(1).hash)?.connection.enabled == false)
    configuration.apply(
      .setupLinkRevoked(connectionId: "cnx_1", linkId: "stp_1", at: Self.time), at: 4)
    #expect(configuration.setupLink(hash: Self.link(1).hash)?.link.replacedAt == Self.time)
    configuration.apply(.connectionDeleted(id: "cnx_1", keepsEmployees: true), at: 5)
    #expect(configuration.setupLink(hash: Self.link(1).hash) == nil)
  }

  @Test func `links that open nothing any more do not pile up`() throws {
    var connection = Self.connection
    for number in 1...100 {
      connection.add(link: Self.link(number))
      connection.setupLinks[connection.setupLinks.count - 1].replacedAt = Self.time
    }
    #expect(connection.setupLinks.count == Connection.spentLinks)
    #expect(connection.setupLinks.last?.id == "stp_100")
    connection.add(link: Self.link(2000))
    #expect(connection.setupLinks.map(\.id) == ["stp_2000"])
  }

  @Test(arguments: changes) func `a change comes back from its line as it was`(
    change: AdminChange
  ) throws {
    let json = try #require(try JSONValue(parsing: change.json.bytes).object)
    #expect(try AdminChange(json: json) == change)
    #expect(change.lineType == "admin." + change.name)
  }

  @Test func `a token is kept as a hash and a readable beginning`() {
    #expect(Self.token.prefix == "scimtok_EXAM")
    #expect(!Self.token.json.text.contains("scimtok_EXAMPLE"))
    #expect(Self.token.hash == HashedToken.hash(of: "scimtok_EXAMPLE"))
  }

  @Test func `connections are found by slug and keys by hash until they are gone`() {
    var configuration = Configuration()
    for change in [Self.changes[0], Self.changes[3], Self.changes[6]] {
      configuration.apply(change, at: 1)
    }
    #expect(configuration.connection(slug: "abcd")?.id == "cnx_1")
    #expect(configuration.apiKey(hash: Self.token.hash)?.application.id == "app_1")
    configuration.apply(.keyRevoked(applicationId: "app_1", keyId: "tok_1"), at: 2)
    configuration.apply(.consumerDeleted(id: "csm_1"), at: 3)
    #expect(configuration.apiKey(hash: Self.token.hash) == nil)
    #expect(configuration.connection(slug: "abcd") == nil)
    #expect(configuration.connections.isEmpty)
  }

  @Test func `an updated connection keeps its tokens`() {
    var configuration = Configuration()
    configuration.apply(.connectionCreated(Self.connection), at: 1)
    var changed = Self.connection
    changed.tokens = []
    changed.enabled = false
    configuration.apply(.connectionUpdated(changed), at: 2)
    #expect(configuration.connections["cnx_1"]?.tokens == [Self.token])
    #expect(configuration.connections["cnx_1"]?.enabled == false)
  }

  @Test func `a webhook gets what follows its creation, or its being enabled again`() {
    var configuration = Configuration()
    var webhook = Self.webhook
    webhook.since = 0
    func apply(_ status: Webhook.Status, at seq: UInt64) -> UInt64? {
      webhook.status = status
      configuration.apply(.webhookUpdated(webhook), at: seq)
      return configuration.webhooks["wh_1"]?.since
    }
    configuration.apply(.webhookCreated(webhook), at: 10)
    #expect(configuration.webhooks["wh_1"]?.since == 10)
    #expect(apply(.paused, at: 11) == 10)
    #expect(apply(.enabled, at: 12) == 10)
    #expect(apply(.disabled, at: 13) == 10)
    #expect(apply(.enabled, at: 14) == 14)
  }

  @Test func `a new webhook may begin after an earlier line, never after a later one`() {
    for (named, since) in [(4, 4), (10, 10), (99, 10)] as [(UInt64, UInt64)] {
      var configuration = Configuration()
      var webhook = Self.webhook
      webhook.since = named
      configuration.apply(.webhookCreated(webhook), at: 10)
      #expect(configuration.webhooks["wh_1"]?.since == since)
      webhook.since = 2
      configuration.apply(.webhookUpdated(webhook), at: 11)
      #expect(configuration.webhooks["wh_1"]?.since == since)
    }
  }
}
