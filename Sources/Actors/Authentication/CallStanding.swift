/// Whose a call turned out to be, so that whoever answers it can tell what became of it without
/// asking a second time who it is.
enum CallStanding: Sendable, Equatable {
  /// Nobody knows, or it leaves no trace: strangers choose nothing that is kept.
  case stranger
  /// It was meant for this connection, and had no token that is good.
  case refused(connection: String)
  case authenticated(connection: String)
}
