/// Sends one call of an identity provider; a protocol so that the simulator is tested without a
/// server, and can be driven over TCP or the control socket alike.
package protocol SCIMCaller: Sendable {
  /// - Parameter target: what follows the Base URL: "/Users?startIndex=1&count=2".
  func call(_ method: String, _ target: String, body: [UInt8]) async -> SCIMReply
}

package enum SCIMReply: Sendable, Equatable {
  case answered(status: Int, retryAfter: Int?, body: [UInt8])
  /// No answer, and why, in words: "connection refused".
  case failed(String)
}
