/// Looks every few milliseconds whether something has become true.
@discardableResult
package func eventually(
  within limit: Duration = .seconds(120), _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try await !condition() {
    if clock.now >= deadline { return false }
    try? await clock.sleep(for: .milliseconds(10))
  }
  return true
}
