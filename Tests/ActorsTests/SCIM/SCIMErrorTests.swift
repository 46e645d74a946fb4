import Testing
import Transport

@testable import Actors

@Suite struct SCIMErrorTests {
  private static let date = Timestamp(milliseconds: 1_767_225_600_000)

  @Test(arguments: [
    (
      SCIMError.noToken, 401,
      "No API token came with this request: enter the connection's API token and save again."
    ),
    (
      .wrongToken, 401,
      "This API token is not valid for this Base URL: copy Base URL and API token of the same "
        + "connection and save again."
    ),
    (
      .apiKeyAsToken, 401,
      "This is an API key, not the connection's API token: enter the API token, it starts with "
        + "scimtok_."
    ),
    (
      .tokenReplaced(on: date), 401,
      "This API token was replaced on 2026-01-01: enter the new API token and save again."
    ),
    (
      .connectionOff, 403,
      "This connection is switched off: ask the application's owner to switch it on, then retry "
        + "the failed tasks."
    ),
    (
      .noConnection, 404,
      "There is no connection at this Base URL: copy it again from the connection's page."
    ),
    (
      .baseURLEndsInUsers, 404,
      "The Base URL must not end in /Users: remove /Users from its end and save again."
    ),
    (
      .userNameTaken, 409,
      "This userName belongs to an active user: change the userName, or deactivate that user first."
    ),
    (
      .shortOfDisk, 429,
      "The server is short of disk space: nothing was changed, try again later."
    ),
    (
      .tooManySearches(retryAfter: 3), 429,
      "The server has more searches waiting than it can take: try again in a few seconds."
    ),
    (
      .backlog(retryAfter: 3), 429,
      "The server has more changes waiting than it can take: nothing was changed, try again in a "
        + "few seconds."
    ),
  ])
  func `the administrator's sentences are these`(error: SCIMError, status: Int, detail: String) {
    #expect(error.status == status)
    #expect(error.detail == detail)
  }

  @Test(arguments: [
    SCIMError.noToken, .wrongToken, .apiKeyAsToken, .tokenReplaced(on: date), .connectionOff,
    .noConnection, .baseURLEndsInUsers, .userNameTaken, .shortOfDisk, .backlog(retryAfter: 1),
    .notFound("User", id: String(repeating: "x", count: 500)), .unknownRoute,
    .methodNotAllowed(String(repeating: "X", count: 99), allowed: "GET, PUT, PATCH, DELETE"),
    .bodyTooLarge(limit: 16_777_216), .unsupportedMediaType, .failed, .meNotSupported,
    .filterOnDiscovery, .notAnObject, .notJSON("unexpected character at byte 123456"),
  ])
  func `every sentence is one, short, and ends`(error: SCIMError) {
    #expect(error.detail.count <= SCIMError.sentenceLimit)
    #expect(error.detail.hasSuffix("."))
    #expect(!error.detail.dropLast().contains(". "))
  }

  @Test func `back-pressure is 429 with whole seconds`() {
    #expect(SCIMError.shortOfDisk.retryAfter == 300)
    #expect(SCIMError.backlog(retryAfter: 99).retryAfter == 5)
    #expect(SCIMError.backlog(retryAfter: 0).retryAfter == 1)
  }

  @Test func `the body is a SCIM Error whose status is text`() {
    #expect(
      String(decoding: SCIMError.userNameTaken.body(), as: UTF8.self)
        == #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","#
        + #""scimType":"uniqueness","detail":"This userName belongs to an active user: change "#
        + #"the userName, or deactivate that user first."}"#)
  }

  @Test func `one fold for every comparison`() {
    #expect(SCIMText.fold("Ada@B.C") == "ada@b.c")
    #expect(Array(SCIMText.fold("E\u{301}").utf8) == Array("\u{E9}".utf8))
    #expect(Array(SCIMText.fold("\u{C9}").utf8) == Array("\u{E9}".utf8))
    #expect(SCIMText.fold("ÄÖÜ ΣΑ") == "äöü σα")
  }
}
