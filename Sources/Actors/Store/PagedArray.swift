import Transport

/// An array in pages: a copy shares them all, and a change after it copies only the page it is in, so
/// that a snapshot can hold on to a million rows while writes go on.
struct PagedArray<Element: Sendable>: Sendable {
  private static var pageBits: Int { 9 }
  private static var pageSize: Int { 1 << pageBits }

  private var pages: [[Element]] = []
  private(set) var count = 0

  var indices: Range<Int> { 0..<count }

  subscript(index: Int) -> Element {
    get { pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
    _modify { yield &pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
  }

  mutating func append(_ element: Element) {
    if count & (Self.pageSize - 1) == 0 {
      pages.append([])
      pages[pages.count - 1].reserveCapacity(Self.pageSize)
    }
    pages[pages.count - 1].append(element)
    count += 1
  }
}

extension PagedArray where Element: BitwiseCopyable {
  func write(to image: inout ImageWriter) throws(SpoolError) {
    try image.write(count)
    for page in pages { try image.write(page) }
  }

  init(from image: inout ImageReader) throws(SpoolError) {
    count = try image.number()
    var left = count
    while left > 0 {
      var page: [Element] = try image.array()
      page.reserveCapacity(Self.pageSize)
      left -= max(1, page.count)
      pages.append(page)
    }
  }
}
