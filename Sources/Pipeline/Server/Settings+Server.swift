import Actors
import Transport

extension HostPort {
  var listenAddress: ListenAddress { .tcp(host: host, port: port) }
}

extension RequestOrigin {
  init(_ settings: Settings) {
    self.init(
      publicURL: settings.publicURL?.description, trustedProxies: settings.trustedProxies,
      isSecure: settings.tls != nil)
  }
}

extension Logger {
  init(_ settings: Settings) {
    self.init(
      level: Level(rawValue: settings.logLevel) ?? .info,
      format: Format(rawValue: settings.logFormat))
  }
}
