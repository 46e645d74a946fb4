import Transport

/// A certificate for receivers at 127.0.0.1 that is made for one benchmark, by the `openssl` command.
struct BenchCertificate: Sendable {
  private static let programs = ["/usr/bin/openssl", "/usr/local/bin/openssl"]
  private static let patience: Duration = .seconds(30)

  private let directory: ScratchDirectory
  let identity: TLSIdentity

  /// What the server is told, so that it believes these receivers.
  var serverOptions: [String] { ["--webhook-ca", directory.path + "/certificate.pem"] }

  static func make(in parent: String) async throws(ClientFailure) -> BenchCertificate {
    guard let program = programs.first(where: { (try? FileSystem.status($0)) ?? nil != nil }) else {
      throw ClientFailure("For https receivers the openssl command is needed.", .usage)
    }
    let directory: ScratchDirectory
    do throws(FileError) {
      directory = try ScratchDirectory(in: parent, named: "certificate")
    } catch {
      throw ClientFailure("No temporary directory: \(error).", .inputOutput)
    }
    do throws(ClientFailure) {
      return try await BenchCertificate(directory, program)
    } catch {
      directory.remove()
      throw error
    }
  }

  private init(_ directory: ScratchDirectory, _ program: String) async throws(ClientFailure) {
    self.directory = directory
    let (certificate, key) = (directory.path + "/certificate.pem", directory.path + "/key.pem")
    let words = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2",
      "-subj", "/CN=receivers", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
      certificate,
    ]
    do {
      let process = try ChildProcess(
        program: program, words: words, environment: [:], output: directory.path + "/openssl.log")
      guard await process.ending(within: Self.patience) == .exited(0) else {
        throw ClientFailure("The openssl command made no certificate.")
      }
      identity = try TLSIdentity(certificates: certificate, key: key)
    } catch let failure as ClientFailure {
      throw failure
    } catch {
      throw ClientFailure("There is no certificate for the receivers: \(error).")
    }
  }

  func remove() { directory.remove() }
}
