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
