/// Looks for bytes that crash or hang the JSON parser, or that it reads in two ways.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let value = try? JSONValue(parsing: bytes) else { return 0 }
  let compact = value.bytes
  precondition(compact.count <= 6 * bytes.count, "writing made it longer than escapes can")
  do {
    let again = try JSONValue(parsing: compact)
    precondition(again == value, "what was written reads as something else")
    precondition(again.hashValue == value.hashValue, "equal values hash apart")
    precondition(again.bytes == compact, "writing is not stable")
    let pretty = try JSONValue(parsing: value.pretty())
    precondition(pretty == value, "the pretty form differs")
  } catch {
    preconditionFailure("what was written is refused: \(error)")
  }
  return 0
}
