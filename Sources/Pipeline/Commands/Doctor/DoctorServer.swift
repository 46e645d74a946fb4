import Transport

/// What the running server tells its owner, over the control socket.
struct DoctorServer: Sendable {
  /// Names looked up at most.
  private static let mostHosts = 20

  private let spool: String
  private let api: APIClient

  init(spool: String, http: HTTPClient) {
    self.spool = spool
    api = APIClient(.owner(spool: spool), http: http)
  }

  func findings() async -> [DoctorFinding] {
    do throws(ClientFailure) {
      let status = try await api.call("GET", "/status")["data"] ?? .null
      return ServerChecks.judge(status, now: .now)
    } catch {
      let reader = try? SpoolReader(directory: spool, hops: SpoolHops.descriptions)
      return [ServerChecks.absent(error, isHeld: reader?.holder?.isAlive ?? false)]
    }
  }

  /// Host names the server has to find: its own and its webhooks'. Empty without a server.
  func hosts() async -> [String] {
    var urls: [String] = []
    do throws(ClientFailure) {
      urls = [try await api.call("GET", "/status")["data"]?["publicUrl"]?.string].compactMap { $0 }
      for application in try await api.list("/applications") {
        let id = PercentEncoding.query(application["id"]?.string ?? "")
        let webhooks = try await api.list("/webhooks?applicationId=\(id)")
        urls += webhooks.compactMap { $0["deliveryUrl"]?.string }
      }
    } catch {
      // A server that is gone was told of before.
    }
    var hosts: [String] = []
    for url in urls.compactMap({ try? HTTPURL(parsing: $0) }) where url.address == nil {
      if !hosts.contains(url.host) { hosts.append(url.host) }
    }
    return Array(hosts.prefix(Self.mostHosts))
  }
}

extension DoctorServer {
  /// Consumers looked at for a connection.
  private static let mostConsumers = 10

  /// The Base URLs of some connections there are.
  func baseURLs() async throws(ClientFailure) -> [String] {
    for application in try await api.list("/applications") {
      let id = PercentEncoding.query(application["id"]?.string ?? "")
      let consumers = try await api.list(
        "/consumers?applicationId=\(id)", limit: Self.mostConsumers)
      for consumer in consumers {
        let name = PercentEncoding.query(consumer["id"]?.string ?? "")
        let connections = try await api.call("GET", "/connections?consumerId=\(name)")
        let urls = (connections["data"]?.array ?? []).compactMap {
          $0["metadata"]?["baseUrl"]?.string
        }
        if !urls.isEmpty { return urls }
      }
    }
    return []
  }

  /// The first of them, at the address that was given instead of the one the server thinks it has.
  static func base(given: String?, of made: [String]) -> HTTPURL? {
    guard let first = made.first.flatMap({ try? HTTPURL(parsing: $0) }) else { return nil }
    guard let given else { return first }
    let slug = first.target.split(separator: "/").suffix(3).joined(separator: "/")
    var front = given
    while front.hasSuffix("/") { front.removeLast() }
    return try? HTTPURL(parsing: "\(front)/\(slug)")
  }
}
