/// The release this is built from.
enum Version {
  static let current = "0.1.0"
}
