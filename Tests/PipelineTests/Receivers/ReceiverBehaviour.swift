import Glibc
import Testing
import Transport

/// One way in which a receiver behaves at the level of the socket, and what must become of it.
struct ReceiverBehaviour: Sendable, CustomTestStringConvertible {
  /// The result in the ledger: an answer, or words.
  enum Ending: Sendable, Equatable {
    case delivered(Int)
    /// Tried again after an answer that is no success.
    case refused(Int)
    /// Tried again after no answer, for one of these reasons.
    case failed([String])
  }

  let name: String
  let ending: Ending
  /// What the ledger must show of the answer, if anything.
  var body: String?
  /// How long an attempt may take.
  var timeout = Duration.seconds(20)
  let script: ScriptedReceiver.Script

  var testDescription: String { name }

  static let all = sound + cut + malformed + endless + refusals + resets

  private static let brief = Duration.milliseconds(1500)
  private static let tooLate = ["no complete response within the time allowed"]

  /// Answers the request with these bytes and then ends.
  private static func answering(
    _ name: String, _ ending: Ending, body: String? = nil, _ parts: String...
  ) -> ReceiverBehaviour {
    ReceiverBehaviour(name: name, ending: ending, body: body) { wire in
      wire.takeRequest()
      for part in parts {
        wire.write(part)
        usleep(2000)
      }
      wire.finish()
      wire.waitForEnd()
    }
  }
}

// MARK: - Odd, and right

extension ReceiverBehaviour {
  private static let ok = "HTTP/1.1 200 OK\r\n"

  fileprivate static let sound: [ReceiverBehaviour] = [
    answering(
      "chunked with trailers", .delivered(200), body: "hello",
      ok + "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n", "2;x=y\r\nhe\r\n", "3\r\nllo\r",
      "\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"),
    answering(
      "a status line without reason", .delivered(200), "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
    answering(
      "fields without a space", .delivered(200), body: "ok",
      "HTTP/1.1 200 OK\r\nContent-Length:2\r\nX-A:b\r\n\r\nok"),
    answering(
      "bare line feeds", .delivered(200), body: "ok",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    answering(
      "100 and 103 before 200", .delivered(200), body: "ok",
      "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
      ok + "Content-Length: 2\r\n\r\nok"),
    answering(
      "204 with a body", .delivered(204),
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
    answering(
      "204 with a body that comes later", .delivered(204),
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "hello"),
    answering(
      "a Content-Length that is too small", .delivered(200), body: "he",
      ok + "Content-Length: 2\r\n\r\nhello"),
    answering("a body up to the end", .delivered(200), body: "hello", ok + "\r\nhel", "lo"),
    answering("HTTP/1.0", .delivered(200), body: "ok", "HTTP/1.0 200 OK\r\n\r\nok"),
    ReceiverBehaviour(name: "a gzip bomb", ending: .delivered(200)) { wire in
      wire.takeRequest()
      let bomb = Base64.decode(gzipBomb) ?? []
      wire.write(ok + "Content-Encoding: gzip, gzip, gzip\r\nContent-Length: \(bomb.count)\r\n\r\n")
      wire.write(bomb)
      wire.finish()
      wire.waitForEnd()
    },
  ]

  /// A gigabyte of zeros, compressed three times.
  private static let gzipBomb =
    "H4sIAAAAAAACA5Pv5mAAASbmt3cW5gUXyrQ9LFuboWamtkzgsZpHmkcXY/cNkSTFmTMdFt1OWWBwh1NC"
    + "j0GknKF4d0NqUmQA99K3vjqW7z/P+H/R/ufTJ7a/bKRz3/jk1fUcf93/dHp9fH76bmWg4QkPpoVPn3xW"
    + "wqBq26+/r85qAoUMSt5/+77sduCDh29eej8HCjQc/P3l0Y+T3/gbdx/9vbIYKHLggey/vfPytzfEr37P"
    + "rv6OESjU/N3dAOTaIBZmILnAFcyJAnMU3JA4ozKjMqMyozKjMqMyBGX0vn1Pm6374PHfR4dfX1Su/vf2"
    + "+c/bX63/819Jbz1z4g0/AwDYL/M5IwcAAA=="
}

// MARK: - Cut short, malformed

extension ReceiverBehaviour {
  fileprivate static let cut: [ReceiverBehaviour] = [
    answering(
      "no answer at all", .failed(["the connection was closed before a response"]), ""),
    answering(
      "a header block cut by an end",
      .failed(["the connection was closed inside the response header"]), ok + "Content-Le"),
    answering(
      "a status line cut by an end",
      .failed(["the connection was closed inside the response header"]), "HTTP/1.1 2"),
    answering(
      "a Content-Length that is too large",
      .failed(["the connection was closed inside the response body"]),
      ok + "Content-Length: 10\r\n\r\nhello"),
    answering(
      "chunks cut by an end", .failed(["the connection was closed inside the response body"]),
      ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"),
    answering(
      "chunks without the last one",
      .failed(["the connection was closed inside the response body"]),
      ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
  ]

  fileprivate static let malformed: [ReceiverBehaviour] = [
    answering("HTTP/0.9", .failed(["the answer is not HTTP/1.1"]), "<html>hello</html>"),
    answering("another protocol", .failed(["the answer is not HTTP/1.1"]), "SSH-2.0-x\r\n"),
    answering(
      "a bad chunk size", .failed(["the chunked response body is malformed"]),
      ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"),
    answering(
      "a chunk size beyond all numbers", .failed(["the chunked response body is malformed"]),
      ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
    answering(
      "two lengths", .failed(["the Content-Length \"2\" is malformed"]),
      ok + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhello"),
    answering(
      "a negative length", .failed(["the Content-Length \"-1\" is malformed"]),
      ok + "Content-Length: -1\r\n\r\n"),
    answering(
      "a field without a name", .failed(["a response header is malformed"]), ok + ": x\r\n\r\n"),
    answering(
      "a status of four digits", .failed(["the status line is malformed"]),
      "HTTP/1.1 2000 OK\r\n\r\n"),
    answering(
      "another protocol's upgrade", .failed(["unexpected interim response 101"]),
      "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    ReceiverBehaviour(
      name: "a header of 200 KB",
      ending: .failed(["the response header is larger than 16384 bytes"])
    ) { wire in
      wire.takeRequest()
      wire.write(ok)
      for number in 0..<200 {
        wire.write("X-\(number): \(String(repeating: "x", count: 1000))\r\n")
      }
      wire.write("\r\n")
      wire.waitForEnd()
    },
  ]
}

// MARK: - Endless

extension ReceiverBehaviour {
  fileprivate static let endless: [ReceiverBehaviour] = [
    ReceiverBehaviour(
      name: "accepts and never answers", ending: .failed(tooLate), timeout: brief
    ) { wire in
      wire.takeRequest()
      wire.waitForEnd()
    },
    ReceiverBehaviour(
      name: "drips a header", ending: .failed(tooLate), timeout: brief
    ) { wire in
      wire.takeRequest()
      wire.write(ok)
      while wire.write("X-A: b\r\n") { usleep(20_000) }
    },
    ReceiverBehaviour(
      name: "drips a body", ending: .failed(tooLate), timeout: brief
    ) { wire in
      wire.takeRequest()
      wire.write(ok + "Content-Length: 10000\r\n\r\n")
      while wire.write("x") { usleep(20_000) }
    },
    ReceiverBehaviour(
      name: "drips chunks", ending: .failed(tooLate), timeout: brief
    ) { wire in
      wire.takeRequest()
      wire.write(ok + "Transfer-Encoding: chunked\r\n\r\n")
      while wire.write("1\r\nx\r\n") { usleep(20_000) }
    },
    ReceiverBehaviour(name: "a body that never ends", ending: .delivered(200)) { wire in
      wire.takeRequest()
      wire.write(ok + "\r\n")
      while wire.write(String(repeating: "x", count: 4096)) {}
    },
    ReceiverBehaviour(name: "chunks that never end", ending: .delivered(200)) { wire in
      wire.takeRequest()
      wire.write(ok + "Transfer-Encoding: chunked\r\n\r\n")
      while wire.write("1000\r\n" + String(repeating: "x", count: 4096) + "\r\n") {}
    },
    ReceiverBehaviour(
      name: "chunks of one byte in pages of extensions",
      ending: .failed(["the chunked response body is malformed"])
    ) { wire in
      wire.takeRequest()
      wire.write(ok + "Transfer-Encoding: chunked\r\n\r\n")
      while wire.write("1;" + String(repeating: "x", count: 12_000) + "\r\nx\r\n") {}
    },
    ReceiverBehaviour(
      name: "interim answers that never end",
      ending: .failed(["unexpected interim response 102"])
    ) { wire in
      wire.takeRequest()
      while wire.write("HTTP/1.1 102 Processing\r\n\r\n") {}
    },
  ]
}

// MARK: - Refusals and resets

extension ReceiverBehaviour {
  fileprivate static let refusals: [ReceiverBehaviour] =
    [
      answering(
        "401 with a Basic challenge", .refused(401),
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
          + "Content-Length: 0\r\n\r\n"),
      answering(
        "407", .refused(407),
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
          + "Content-Length: 0\r\n\r\n"),
      answering("999", .refused(999), "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n"),
    ]
    + [300, 301, 302, 303, 304, 307, 308].map { status in
      answering(
        "\(status) to itself", .refused(status),
        "HTTP/1.1 \(status) Elsewhere\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
    }

  private static let gone = [
    "connection reset by peer", "broken pipe", "the connection was closed before a response",
    "the connection was closed while the request was sent",
    "the connection was closed inside the response",
  ]

  /// Says so much of an answer and then breaks.
  private static func reset(_ name: String, after text: String) -> ReceiverBehaviour {
    ReceiverBehaviour(name: name, ending: .failed(gone)) { wire in
      wire.takeRequest()
      if !text.isEmpty {
        wire.write(text)
        usleep(5000)
      }
      wire.reset()
    }
  }

  fileprivate static let resets: [ReceiverBehaviour] = [
    ReceiverBehaviour(name: "a reset at once", ending: .failed(gone)) { $0.reset() },
    ReceiverBehaviour(name: "a reset inside the request", ending: .failed(gone)) { wire in
      _ = wire.read()
      wire.reset()
    },
    reset("a reset after the request", after: ""),
    reset("a reset inside the head", after: ok + "Content-"),
    reset("a reset inside the body", after: ok + "Content-Length: 10\r\n\r\nhel"),
    reset("a reset inside a chunk", after: ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe"),
    ReceiverBehaviour(name: "a reset after the answer", ending: .delivered(200)) { wire in
      wire.takeRequest()
      wire.write(ok + "Content-Length: 2\r\n\r\nok")
      // A reset takes with it what nobody has read yet.
      usleep(500_000)
      wire.reset()
    },
  ]
}
