/// What OpenSSL calls in the middle of a handshake or a read, on the loop of the connection.
extension TLSStream {
  /// "http/1.1" as ALPN writes it (RFC 7301 §3.1).
  static let http11: [UInt8] = [8] + Array("http/1.1".utf8)
  /// NID_commonName, NID_organizationName, NID_organizationalUnitName.
  private static let nameParts: [Int32] = [13, 17, 18]
  /// Bytes of an authority's name that are shown.
  private static let longestName = 100

  private static func stream(_ connection: OpenSSL.Handle?) -> TLSStream? {
    guard let library = OpenSSL.shared, let connection = unsafe connection,
      let data = unsafe library.data(connection, 0)
    else { return nil }
    return unsafe Unmanaged<TLSStream>.fromOpaque(data).takeUnretainedValue()
  }

  /// Changes no verdict.
  static let noteIssuer: OpenSSL.VerifyCallback = { verdict, check in
    guard verdict == 0, let library = OpenSSL.shared, let check = unsafe check,
      let stream = unsafe TLSStream.stream(
        library.checkedConnection(check, library.connectionIndex())),
      let certificate = unsafe library.checkedCertificate(check),
      let issuer = unsafe library.issuer(certificate)
    else { return verdict }
    stream.issuer = unsafe TLSStream.text(of: issuer, library)
    return verdict
  }

  private static func text(of name: OpenSSL.Handle, _ library: OpenSSL) -> String? {
    for part in nameParts {
      var buffer = [CChar](repeating: 0, count: longestName)
      let count = unsafe library.nameEntry(name, part, &buffer, Int32(longestName))
      guard count > 0 else { continue }
      let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      // A stranger wrote it, and it goes to terminals and logs.
      return String(decoding: bytes, as: UTF8.self).filter { character in
        character.unicodeScalars.allSatisfy {
          $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
      }
    }
    return nil
  }

  /// 1 when the session was taken over.
  static let keepSession: OpenSSL.SessionCallback = { connection, session in
    guard let stream = unsafe TLSStream.stream(connection), let session = unsafe session else {
      return 0
    }
    return unsafe stream.keep(session) ? 1 : 0
  }

  /// A client that names protocols must name ours, else the handshake ends (RFC 7301 §3.2).
  static let chooseHTTP11: OpenSSL.ProtocolCallback = { _, out, outCount, offered, count, _ in
    guard let out = unsafe out, let outCount = unsafe outCount, let offered = unsafe offered else {
      return 2
    }
    let wanted = TLSStream.http11
    var start = 0
    while start < Int(count) {
      let length = unsafe Int(offered[start])
      guard start + length < Int(count) else { return 2 }
      let entry = unsafe UnsafeBufferPointer(start: offered + start, count: length + 1)
      if unsafe entry.elementsEqual(wanted) {
        unsafe out.pointee = unsafe offered + start + 1
        unsafe outCount.pointee = UInt8(length)
        return 0
      }
      start += length + 1
    }
    return 2
  }
}
