import Testing

@testable import Transport

@Suite struct HTTPURLTests {
  @Test(arguments: [
    ("http://Example.com", "example.com", 80, "/", "example.com"),
    ("HTTP://example.com:8080/a?b#", "", 0, "", ""),
    ("http://example.com:8080/a?b=c", "example.com", 8080, "/a?b=c", "example.com:8080"),
    ("https://x?y", "x", 443, "/?y", "x"),
    ("http://[::1]:81/", "::1", 81, "/", "[::1]:81"),
  ])
  func `a URL is taken apart`(
    text: String, host: String, port: Int, target: String, authority: String
  ) {
    let url = try? HTTPURL(parsing: text)
    #expect((url?.host ?? "") == host)
    #expect(Int(url?.port ?? 0) == port)
    #expect((url?.target ?? "") == target)
    #expect((url?.authority ?? "") == authority)
  }

  @Test(arguments: [
    ("example.com", HTTPURLError.scheme), ("ftp://x", .scheme), ("http:/x", .scheme),
    ("http://", .host), ("http://a b/", .forbiddenCharacter), ("http://u:p@x/", .credentials),
    ("http://x/#f", .fragment), ("http://x:0/", .port), ("http://x:65536/", .port),
    ("http://x:8a/", .port), ("http://[1.2.3.4]/", .host), ("http://[::1/", .host),
    ("http://x%20y/", .host), ("http://é/", .forbiddenCharacter),
  ])
  func `what is no URL for us is named`(text: String, error: HTTPURLError) {
    #expect(throws: error) { try HTTPURL(parsing: text) }
  }

  @Test func `a query is read as forms write it`() {
    let query = HTTPQuery("filter=userName+eq%20%22a%2Bb%22&count=&x&&100%=%zz&?y=1&")
    #expect(
      query.items.map { "\($0.name)|\($0.value)" } == [
        "filter|userName eq \"a+b\"", "count|", "x|", "100%|%zz", "y|1",
      ])
    #expect(query["count"] == "")
    #expect(query["nothing"] == nil)
    #expect(HTTPPercent.encode("a b/é") == "a%20b%2F%C3%A9")
  }
}
