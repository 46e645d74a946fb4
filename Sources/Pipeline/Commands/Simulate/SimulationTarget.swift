import Transport

/// The connection a simulation goes into: the one named, or one of its own made for it.
struct SimulationTarget: Sendable {
  /// Of the control socket, which must stay free for others.
  private static let localConnections = 32

  let caller: HTTPSCIMCaller
  /// Nil for a connection somebody else made.
  let ownConnection: String?

  init(
    _ invocation: Invocation, as dialect: any ProviderDialect, http: HTTPClient
  ) async throws(ClientFailure) {
    if let base = invocation.text("base-url") {
      guard let token = invocation.text("token") else {
        throw ClientFailure(
          "With --base-url the API token is needed too: SCIM_HRIS_TOKEN, or --token.", .usage)
      }
      ownConnection = nil
      caller = HTTPSCIMCaller(
        http: http, base: try Self.url(base), token: Secret(token), headers: dialect.headers)
      return
    }
    let spool = invocation.text("spool") ?? "./spool"
    let api = APIClient(.owner(spool: spool), http: http)
    let made = try await api.call("POST", "/simulator", body: JSONObject())["data"]
    guard let base = made?["baseUrl"]?.string, let token = made?["apiToken"]?.string,
      let connection = made?["connectionId"]?.string
    else { throw ClientFailure("The server's answer names no connection.") }
    let status = try await api.call("GET", "/status")["data"]
    let listen = (status?["listen"]?.array ?? []).compactMap(\.string)
    let isSecure = status?["tls"]?.bool ?? false
    if isSecure, (invocation.count("connections") ?? 1) > Self.localConnections {
      throw ClientFailure(
        "Beside a TLS listener at most \(Self.localConnections) connections are possible;"
          + " for more give --base-url.", .usage)
    }
    ownConnection = connection
    caller = HTTPSCIMCaller(
      http: http, base: try Self.local(Self.url(base)), token: Secret(token),
      headers: dialect.headers,
      dialled: listen.lazy.compactMap(Self.dialled).first,
      socket: isSecure ? spool + "/control.sock" : nil)
  }

  private static func url(_ text: String) throws(ClientFailure) -> HTTPURL {
    do throws(HTTPURLError) {
      return try HTTPURL(parsing: text)
    } catch {
      throw ClientFailure("The Base URL does not work: \(error).", .usage)
    }
  }

  /// The same place without TLS: the proxy that speaks it is not on the way.
  private static func local(_ url: HTTPURL) throws(ClientFailure) -> HTTPURL {
    url.scheme == .http ? url : try Self.url("http://\(url.authority)\(url.target)")
  }

  /// An address that reaches a listener: one bound to every interface is reached on loopback.
  private static func dialled(_ listen: String) -> (address: IPAddress, port: UInt16)? {
    guard let bound = HostPort(listen) else { return nil }
    let host = ["0.0.0.0", "::", "localhost"].contains(bound.host) ? "127.0.0.1" : bound.host
    return IPAddress(parsing: host).map { ($0, bound.port) }
  }
}
