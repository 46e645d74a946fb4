import Glibc
import Synchronization

/// Certificates of every kind, made once per test process with the `openssl` command line tool.
package final class TestCertificates: Sendable {
  /// A certificate and its key, as files.
  package struct Pair: Sendable {
    package let certificates: String
    package let key: String
  }

  package enum Kind: String, Sendable, CaseIterable {
    /// For localhost, 127.0.0.1 and ::1, from our authority.
    case good
    /// The same once more, with another subject.
    case second
    case wrongName
    /// For localhost, no address in it.
    case nameOnly
    case expired
    case notYetValid
    case selfSigned
    /// From an authority nobody has heard of.
    case stranger
    /// From an authority below ours; the chain holds both.
    case chained
    /// The same without the authority in between.
    case incomplete
  }

  package static let shared = TestCertificates()

  private let directory: Mutex<TemporaryDirectory?>
  private let path: String

  private init() {
    let directory = TemporaryDirectory()
    path = directory.path
    self.directory = Mutex(directory)
    directory.write(Array(Self.script.utf8), to: "make.sh")
    let status = system("cd '\(path)' && sh -e make.sh >log 2>&1")
    precondition(
      status == 0,
      "openssl: " + String(decoding: directory.read("log") ?? [], as: UTF8.self))
    atexit { TestCertificates.shared.remove() }
  }

  private func remove() { directory.withLock { $0 = nil } }

  /// The root to believe.
  package var authority: String { "\(path)/root.pem" }

  package func pair(_ kind: Kind) -> Pair {
    let name = kind == .incomplete ? "chained" : kind.rawValue
    return Pair(certificates: "\(path)/\(kind.rawValue).pem", key: "\(path)/\(name).key")
  }

  /// `sign NAME AUTHORITY SAN FROM UNTIL SECTION` makes NAME.pem and NAME.key.
  private static let script = #"""
    cat >ca.cnf <<'END'
    [ca]
    default_ca = own
    [own]
    database = index.txt
    new_certs_dir = .
    rand_serial = yes
    default_md = sha256
    unique_subject = no
    policy = any
    [any]
    commonName = supplied
    [root]
    basicConstraints = critical,CA:true
    keyUsage = critical,keyCertSign,cRLSign
    [leaf]
    subjectAltName = $ENV::SAN
    [req]
    distinguished_name = dn
    [dn]
    END
    touch index.txt
    export SAN=DNS:unused
    key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
    root() {
      key "$1"
      openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 30 -config ca.cnf \
        -extensions root -out "$1.pem"
    }
    sign() {
      key "$1"
      openssl req -new -key "$1.key" -subj "/CN=${7:-$1}" -config ca.cnf -out "$1.csr"
      SAN="$3" openssl ca -batch -notext -config ca.cnf -extensions "$6" -in "$1.csr" \
        -cert "$2.pem" -keyfile "$2.key" -startdate "$4" -enddate "$5" -out "$1.pem"
    }
    root root 'Test Root'
    root foreign 'Foreign Root'
    past=20200101000000Z; soon=20210101000000Z; late=20480101000000Z; later=20490101000000Z
    local=DNS:localhost,IP:127.0.0.1,IP:::1
    sign good root $local $past $late leaf
    sign second root $local $past $late leaf
    sign wrongName root DNS:other.example.test $past $late leaf
    sign nameOnly root DNS:localhost $past $late leaf
    sign expired root $local $past $soon leaf
    sign notYetValid root $local $late $later leaf
    sign stranger foreign $local $past $late leaf
    sign middle root DNS:unused $past $late root 'Test Middle'
    sign chained middle $local $past $late leaf
    cp chained.pem incomplete.pem
    cat middle.pem >>chained.pem
    key selfSigned
    SAN=$local openssl req -x509 -new -key selfSigned.key -subj /CN=localhost -days 30 \
      -config ca.cnf -extensions leaf -out selfSigned.pem
    """#
}
