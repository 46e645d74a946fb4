import Synchronization

/// One hop as a stage sees it: appends at one end, reads what is durable at the other.
package struct SpoolHop: Sendable {
  let engine: SpoolEngine
  let state: HopState

  package var name: String { state.name }

  /// Every line up to here is on disk.
  package var durableSeq: UInt64 { state.durable.load(ordering: .acquiring) }

  /// The number of the last line appended, durable or not.
  package var lastSeq: UInt64 { engine.queue.withLock { $0.lastSeq[state.index] } }

  /// Bytes written since the spool was opened.
  package var bytesWritten: UInt64 { state.bytes.load(ordering: .relaxed) }

  /// Appends a line; never blocks.
  /// - Parameter whenDurable: called with where the line stands once it is on disk, on a thread of
  ///   the spool and in the order of the lines; it must be short. Never called after a failure.
  /// - Returns: the line's number.
  @discardableResult
  package func append(
    _ record: SpoolRecord, whenDurable: (@Sendable (SpoolPosition) -> Void)? = nil
  ) -> UInt64 {
    append([record], whenDurable: whenDurable)
  }

  /// Appends lines next to each other. The closure is called once, for the last.
  /// - Returns: the number of the last line.
  @discardableResult
  package func append(
    _ records: [SpoolRecord], whenDurable: (@Sendable (SpoolPosition) -> Void)? = nil
  ) -> UInt64 {
    let now = Timestamp.now
    let fragments = records.map { SpoolFragment($0, at: now) }
    if let long = fragments.first(where: { $0.lineBound > SpoolFormat.longestLine }) {
      engine.fail(.lineTooLong(hop: state.name, bytes: long.lineBound))
    }
    return engine.append(fragments, to: state.index, whenDurable: whenDurable)
  }

  /// Returns once everything up to this number is on disk; never after a failure.
  package func durable(through seq: UInt64) async {
    if durableSeq >= seq { return }
    await withCheckedContinuation { continuation in
      let isDurable = engine.queue.withLock { queue in
        if durableSeq >= seq { return true }
        queue.wait(CommitQueue.Waiter(seq: seq, continuation: continuation), hop: state.index)
        return false
      }
      if isDurable { continuation.resume() }
    }
  }

  /// Yields the newest durable number after each commit; what was missed is not repeated. Ends
  /// when the spool is closed.
  package func doorbell() -> AsyncStream<UInt64> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
    let index = state.index
    let id = engine.queue.withLock { $0.addDoorbell(continuation, hop: index) }
    continuation.onTermination = { [engine] _ in
      engine.queue.withLock { $0.removeDoorbell(id, hop: index) }
    }
    return stream
  }
}
