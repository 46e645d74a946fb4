/// What bounds a server: every table, buffer and wait of it has its number here.
package struct HTTPServerConfiguration: Sendable {
  /// TCP connections open at once; beyond it the longest idle one makes room, else accepting pauses.
  package var maxConnections = 512
  /// Connections to a local socket open at once, counted apart so that TCP cannot use them up.
  package var maxLocalConnections = 64
  /// Bytes of all request bodies in memory.
  package var inflightBytes: ByteBudget
  /// Bytes of a request's head.
  package var headLimit = 16 * 1024
  /// From accept to the end of the TLS handshake, on a listener that speaks TLS.
  package var handshakeDeadline: Duration = .seconds(10)
  /// From a request's first byte to the end of its head.
  package var headDeadline: Duration = .seconds(10)
  /// From the end of the head to the end of the body, waiting for memory included.
  package var bodyDeadline: Duration = .seconds(30)
  /// Between two requests, and before the first.
  package var idleDeadline: Duration = .seconds(75)
  /// For the peer to take one piece of an answer.
  package var writeDeadline: Duration = .seconds(30)
  /// How long what follows a refused request is read and dropped, so that the peer reads the answer.
  package var lingerDeadline: Duration = .seconds(2)
  /// Told, in words, what an operator should hear: accepting failed, for example.
  package var onTrouble: @Sendable (String) -> Void = { _ in }

  package init(inflightBytes: ByteBudget = ByteBudget(total: 64 * 1024 * 1024)) {
    self.inflightBytes = inflightBytes
  }
}

/// What a listener serves: three questions the server asks about each request.
package struct HTTPService: Sendable {
  /// Runs on the connection's loop: it must not block, and what takes long goes elsewhere.
  package let handler: @Sendable (HTTPRequest) async -> HTTPResponse
  /// How a refusal looks; the request, without body, is there when its head was whole.
  package let reject: @Sendable (HTTPRejection, HTTPRequest?) -> HTTPResponse
  /// Bytes of body the request with this head may have.
  package let bodyLimit: @Sendable (HTTPRequest) -> Int

  package init(
    handler: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
    reject: @escaping @Sendable (HTTPRejection, HTTPRequest?) -> HTTPResponse = {
      HTTPService.plainRejection($0, $1)
    },
    bodyLimit: @escaping @Sendable (HTTPRequest) -> Int = { _ in 256 * 1024 }
  ) {
    self.handler = handler
    self.reject = reject
    self.bodyLimit = bodyLimit
  }

  package static func plainRejection(_ rejection: HTTPRejection, _: HTTPRequest?) -> HTTPResponse {
    HTTPResponse(
      status: rejection.status, fields: ["Content-Type": "text/plain; charset=utf-8"],
      body: Array("\(rejection)\n".utf8))
  }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init()
    for (name, value) in elements { append(name, value) }
  }
}

/// Where to listen.
package enum ListenAddress: Sendable, Hashable {
  /// An address literal or `localhost`; port 0 picks a free one.
  case tcp(host: String, port: UInt16)
  case unix(path: String)
}

/// Why a server cannot listen.
package enum HTTPServerError: Error, Sendable, Hashable {
  case addressInUse(ListenAddress)
  case notPermitted(ListenAddress)
  /// The address is none of this machine's, or no address at all.
  case notAvailable(ListenAddress)
  /// The number is an errno.
  case system(ListenAddress, Int32)
}

extension HTTPServerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .addressInUse(let address): "\(address) is already in use"
    case .notPermitted(let address): "no permission to listen on \(address)"
    case .notAvailable(let address): "\(address) is not an address of this machine"
    case .system(let address, let code):
      "cannot listen on \(address): \(SystemErrorText.describe(code))"
    }
  }
}

extension ListenAddress: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }
}
