import Synchronization
import Transport

/// Lines that have reached the disk, gathered by the spool's thread and taken over by the store, so
/// that neither waits for the other.
final class LandedLines: Sendable {
  struct Line: Sendable {
    let place: Int
    let position: SpoolPosition
  }

  private let lines = Mutex<[Line]>([])
  let bell: AsyncStream<Void>
  private let ringing: AsyncStream<Void>.Continuation

  init() { (bell, ringing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func note(_ landing: Landing, at position: SpoolPosition) {
    let place = landing.place.load(ordering: .relaxed)
    lines.withLock { $0.append(Line(place: place, position: position)) }
    ringing.yield()
  }

  func take() -> [Line] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}

/// Which row a line that is being written will have made; told before the line is appended.
final class Landing: Sendable {
  let place = Atomic<Int>(0)
}
