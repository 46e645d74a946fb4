import Testing

@testable import Pipeline

struct OrgChartCirclesTests {
  @Test func `one of each circle is on top, whoever else leads into it`() {
    // 5 → 3 → 4 → 5, with 1 and 2 below it; 8 reports to himself; 11 → 10 → 10's manager, unknown.
    let managers = [5: 3, 3: 4, 4: 5, 1: 2, 2: 4, 8: 8, 11: 10, 10: 99]
    let tops = OrgChart.tops(of: managers)
    #expect(tops.circles == [3, 8])
    #expect(tops.others == [10])
  }

  @Test func `nobody is on top of nothing`() {
    let tops = OrgChart.tops(of: [:])
    #expect(tops.circles.isEmpty && tops.others.isEmpty)
  }
}
