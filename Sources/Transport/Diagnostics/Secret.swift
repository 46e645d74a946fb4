/// A text that no log, dump, error or debugger shows by accident; only `reveal()` gives it away.
package struct Secret: Sendable, Hashable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func reveal() -> String { text }

  package static func == (left: Secret, right: Secret) -> Bool {
    constantTimeEqual(left.text, right.text)
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }
  package var debugDescription: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
