// Stands in until the digests and the time parser are there; then it goes.
import Transport

extension Timestamp {
  init?(parsing text: String) { return nil }
}
enum SHA256 { static func hash(_ bytes: [UInt8]) -> [UInt8] { [] } }
enum Hex { static func encode(_ bytes: [UInt8]) -> String { "" } }
