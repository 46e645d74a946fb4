import Pipeline
import TestSupport
import Testing
import Transport

@Suite struct SpoolBenchTests {
  @Test func `a row is the median of its pairs, each with the loop beside it`() {
    let row = SpoolBenchReport.Row(
      "spool", writers: 8, [(900, 100), (100, 100), (400, 50), (300, 300), (500, 100)])
    #expect(row.perSecond == 400)
    #expect(row.ratio == 5)
    #expect(SpoolBenchReport.median([]) == 0)
    #expect(SpoolBenchReport.median([4, 1, 3, 2]) == 2)
  }

  @Test func `the table lines up and says what is missing`() {
    var report = SpoolBenchReport(pairs: 5, time: .milliseconds(500))
    report.rows = [
      .init("write and fdatasync in a loop", writers: 1, [(6288, 6288)]),
      .init("spool", writers: 64, [(96_445, 6512)]),
    ]
    report.isWithoutSQLite = true
    #expect(
      report.text == """
        durable lines of 1 KiB          writers  per second  x loop
        write and fdatasync in a loop         1       6,288    1.00
        spool                                64      96,445   14.81
        SQLite is not measured: libsqlite3.so.0 is missing.
        medians of 5 pairs with the loop, 500ms each half

        """)
    #expect(report.json["rows"]?.array?.last?["timesLoop"] == .number(JSONNumber(text: "14.810")))
    #expect(report.json["missing"] == "libsqlite3.so.0")
  }

  @Test func `it measures every row and leaves nothing behind`() async throws {
    let directory = TemporaryDirectory()
    let report = try await SpoolBench(
      directory: directory.path, time: .milliseconds(20), pairs: 1
    ).measure()
    #expect(report.rows.count == (report.isWithoutSQLite ? 5 : 7))
    #expect(report.rows.allSatisfy { $0.perSecond > 0 && $0.ratio > 0 })
    #expect(try FileSystem.list(directory.path).isEmpty)
  }
}
