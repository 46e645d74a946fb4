import Transport

/// Lists and searches (RFC 7644 §3.4.2, §3.4.3).
extension ResourceReader {
  /// A page ends before its resources exceed this, as RFC 7644 §3.4.2.4 allows.
  static let pageBytes = 1 << 20
  /// Row numbers looked at under the store's lock at once.
  private static let placeStretch = 1024

  func list(_ list: ResourceList) async throws(SCIMError) -> SCIMAnswer {
    let start = try list.start(at: .now)
    let search = RowSearch(store: store, list: list, candidates: list.candidates(in: store))
    let page: RenderedPage
    if search.isLookUp {
      page = await render(await find(list, start, search), list)
    } else {
      let scanned = await scans.run { await render(await find(list, start, search), list) }
      guard let scanned else { throw .tooManySearches(retryAfter: Intake.loadWait) }
      page = scanned
    }
    await store.committed.durable(through: page.gate)
    return SCIMAnswer(status: 200, body: body(page, list, start))
  }

  private func body(
    _ page: RenderedPage, _ list: ResourceList, _ start: ResourceList.Start
  ) -> [UInt8] {
    var index: Int?
    if case .offset(let offset) = start { index = offset + 1 }
    return SCIMListResponse.body(
      total: page.total, startIndex: index, resources: page.resources,
      next: page.last.map { list.cursor(behind: $0, at: .now) })
  }

  /// As many of the page's rows as fit, one at least.
  private func render(_ page: FoundPage, _ list: ResourceList) async -> RenderedPage {
    var rendered = RenderedPage(total: page.total)
    var size = 0
    for (number, entry) in page.entries.enumerated() {
      let resource = await list.body(of: entry.item, entry.spot.type, in: store)
      size += resource.count
      if size > Self.pageBytes, number > 0 {
        if page.isByCursor { rendered.last = page.entries[number - 1].spot }
        break
      }
      rendered.resources.append(resource)
      if (number + 1).isMultiple(of: Self.rendered) { await Task.yield() }
    }
    if page.hasMore, rendered.last == nil { rendered.last = page.entries.last?.spot }
    // What others decide was read after the rows were.
    rendered.gate = store.read { $0.appliedSeq }
    return rendered
  }
}

/// Finding a page.
extension ResourceReader {
  private func find(
    _ list: ResourceList, _ start: ResourceList.Start, _ search: RowSearch
  ) async -> FoundPage {
    var search = search
    switch start {
    case .offset(let offset):
      if list.isSorted { return await sorted(list, offset: offset, &search) }
      if list.query.filter == nil { return await direct(list, offset: offset) }
      var window = RowSearch.Window(
        order: .offered, after: nil, skip: offset, limit: list.query.count)
      await search.fill(&window, behind: nil, counting: true)
      return FoundPage(entries: window.page(), total: window.total)
    case .behind(let spot):
      return await behind(spot, list, &search)
    }
  }

  /// One row more than the page shows tells whether another page follows.
  private func behind(
    _ spot: SCIMSpot?, _ list: ResourceList, _ search: inout RowSearch
  ) async -> FoundPage {
    let count = list.query.count
    var window = RowSearch.Window(order: list.order, after: spot, skip: 0, limit: count + 1)
    await search.fill(&window, behind: list.isSorted ? nil : spot, counting: list.isSorted)
    var page = FoundPage(entries: window.page(), total: nil)
    page.isByCursor = true
    page.hasMore = count > 0 && page.entries.count > count
    page.entries.removeLast(max(0, page.entries.count - count))
    if list.query.filter == nil {
      page.total = list.total(in: store)
    } else if list.isSorted {
      page.total = window.total
    }
    return page
  }

  /// Goes through all rows once per as many as a window keeps in front of the page.
  private func sorted(
    _ list: ResourceList, offset: Int, _ search: inout RowSearch
  ) async -> FoundPage {
    var (after, skip, total) = (SCIMSpot?.none, offset, Int?.none)
    while skip > RowSearch.Window.reach - list.query.count {
      let step = min(skip, RowSearch.Window.reach)
      var window = RowSearch.Window(order: list.order, after: after, skip: step - 1, limit: 1)
      await search.fill(&window, behind: nil, counting: true)
      total = total ?? window.total
      guard let last = window.page().last else {
        return FoundPage(entries: [], total: total)
      }
      (after, skip) = (last.spot, skip - step)
    }
    var window = RowSearch.Window(
      order: list.order, after: after, skip: skip, limit: list.query.count)
    await search.fill(&window, behind: nil, counting: true)
    return FoundPage(entries: window.page(), total: total ?? window.total)
  }

  /// A page of everything there is, type by type in the order of creation.
  private func direct(_ list: ResourceList, offset: Int) async -> FoundPage {
    var page = FoundPage(entries: [], total: list.total(in: store))
    var skip = offset
    for type in list.sets.indices where page.entries.count < list.query.count {
      let live = store.read { $0.liveCount(of: list.sets[type]) }
      if skip >= live {
        skip -= live
        continue
      }
      let limit = list.query.count - page.entries.count
      let places = await places(list.sets[type], offset: skip, limit: limit)
      let found = store.read { $0.listed(at: places) }
      page.entries += found.rows.map { row in
        (SCIMSpot(key: nil, type: type, row: row.place), row)
      }
      skip = 0
    }
    return page
  }

  /// Row numbers of live rows; deleted rows before them are passed over stretch by stretch.
  private func places(
    _ set: ResourceSet, offset: Int, limit: Int
  ) async -> [Int] {
    let direct = store.read {
      $0.directPlaces(of: set, offset: offset, limit: limit)
    }
    if let direct { return direct }
    var (places, toSkip) = ([Int](), offset)
    var place: Int? = 0
    while let from = place, places.count < limit {
      let stretch = store.read {
        $0.livePlaces(of: set, from: from, count: Self.placeStretch)
      }
      let skipped = min(toSkip, stretch.places.count)
      toSkip -= skipped
      places += stretch.places.dropFirst(skipped).prefix(limit - places.count)
      place = stretch.next
      await Task.yield()
    }
    return places
  }
}

/// The rows of a page.
private struct FoundPage: Sendable {
  var entries: [(spot: SCIMSpot, item: ListedRow)]
  /// All matches; nil where nobody counted.
  var total: Int?
  var isByCursor = false
  /// Whether a further page follows; only known by a cursor.
  var hasMore = false
}

/// What a page's answer is made of.
private struct RenderedPage: Sendable {
  var resources: [[UInt8]] = []
  var total: Int?
  /// The line the answer has to wait for.
  var gate: UInt64 = 0
  /// The last resource, where a cursor goes on behind it.
  var last: SCIMSpot?

  init(total: Int?) { self.total = total }
}
