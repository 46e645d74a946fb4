import Actors
import Synchronization
import Transport

@testable import Pipeline

/// A committed log in memory, of which the front can be removed as retention does.
final class MemoryLog: CommittedLog {
  private struct State {
    var outcomes: [CommittedOutcome] = []
    var times: [Timestamp] = []
    var firstSeq: UInt64 = 1
    var bells: [AsyncStream<UInt64>.Continuation] = []
    var reads = 0
  }

  private let state = Mutex(State())

  var durableSeq: UInt64 { state.withLock { UInt64($0.outcomes.count) } }
  var firstSeq: UInt64 { state.withLock { $0.firstSeq } }
  /// Times `outcomes` was called.
  var reads: Int { state.withLock { $0.reads } }

  @discardableResult
  func commit(_ events: CommittedEvent...) -> UInt64 { commit(events, at: .now) }

  @discardableResult
  func commit(_ events: [CommittedEvent], at time: Timestamp) -> UInt64 {
    let (seq, bells) = state.withLock { state in
      let seq = UInt64(state.outcomes.count + 1)
      state.outcomes.append(CommittedOutcome(seq: seq, requestId: "req_\(seq)", events: events))
      state.times.append(time)
      return (seq, state.bells)
    }
    for bell in bells { bell.yield(seq) }
    return seq
  }

  func remove(before seq: UInt64) { state.withLock { $0.firstSeq = seq } }

  func lines(near time: Timestamp) -> Range<UInt64> {
    state.withLock { state in
      func line(_ offset: Duration) -> UInt64 {
        let moment = time.advanced(by: offset)
        return UInt64((state.times.firstIndex { $0 >= moment } ?? state.times.count) + 1)
      }
      let start = line(HopTimes.margin.before)
      return start..<max(start, line(HopTimes.margin.after))
    }
  }

  func outcomes(
    from: UInt64, limit: Int
  ) async throws -> (outcomes: [CommittedOutcome], next: UInt64) {
    state.withLock { state in
      state.reads += 1
      let start = max(from, state.firstSeq)
      let found = state.outcomes.dropFirst(Int(start) - 1).prefix(limit)
      return (Array(found), found.isEmpty ? from : start + UInt64(found.count))
    }
  }

  func doorbell() -> AsyncStream<UInt64> {
    let (stream, bell) = AsyncStream.makeStream(
      of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { $0.bells.append(bell) }
    return stream
  }
}

extension CommittedEvent {
  /// An event as it would be committed, with a fresh id.
  static func sample(
    _ type: EventType = .employeeUpdated, of consumer: String, connection: String = "cnx_1",
    application: String, key: String = "emp_1", sequence: UInt64 = 1
  ) -> CommittedEvent {
    let id = ULID.make(prefix: "evt_")
    let body =
      #"{"id":"\#(id)","type":"\#(type.rawValue)","sequence":\#(sequence),"#
      + #""consumerId":"\#(consumer)","connection":{"id":"\#(connection)"},"#
      + #""data":{"id":"\#(key)","displayName":"Zoë \#(sequence)"}}"#
    do {
      return try CommittedEvent(reading: Array(body.utf8), applicationId: application, seq: 0)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
