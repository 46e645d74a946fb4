import Transport

/// The rows of one type in one connection, in the order they were created.
struct SetRows: Sendable {
  let set: ResourceSet
  /// Deleted rows included until they are more than half of it.
  private(set) var order: [UInt32] = []
  private(set) var liveCount = 0

  init(_ set: ResourceSet) { self.set = set }

  /// A new row; numbers rise.
  mutating func append(_ place: Int, isLive: Bool) {
    order.append(UInt32(place))
    liveCount += isLive ? 1 : 0
  }

  mutating func died() { liveCount -= 1 }

  /// Whoever comes back from a deletion stands where they stood, also when the order has dropped them.
  mutating func restore(_ place: Int) {
    liveCount += 1
    let index = order.partitioningIndex { $0 >= place }
    if index == order.count || order[index] != place { order.insert(UInt32(place), at: index) }
  }

  /// Drops deleted rows from the order once they outnumber the live ones; pages skip less then.
  mutating func compact(isDeleted: (Int) -> Bool) {
    guard order.count > 64, order.count > 2 * liveCount else { return }
    order.removeAll { isDeleted(Int($0)) }
  }
}

extension SetRows {
  func write(to image: inout ImageWriter) throws(SpoolError) {
    try image.write(set.connection)
    try image.write(set.type)
    try image.write(order)
    try image.write(liveCount)
  }

  init(from image: inout ImageReader) throws(SpoolError) {
    set = ResourceSet(connection: try image.text(), type: try image.text())
    order = try image.array()
    liveCount = try image.number()
  }
}
