import Actors
import Transport

/// The resource types this server serves: the built-in ones and those of the files it was given.
extension Settings {
  /// Bytes of one definition file.
  private static let longestDefinition: UInt64 = 4 << 20

  func catalog() throws(StartFailure) -> SCIMCatalog {
    var builder = SCIMCatalogBuilder()
    for file in schemaFiles {
      let definition = try Self.definition(in: file, flag: "--schema")
      do { try builder.addSchemas(definition) } catch {
        throw StartFailure(error, file: file, flag: "--schema")
      }
    }
    for file in resourceTypeFiles {
      let definition = try Self.definition(in: file, flag: "--resource-type")
      do { try builder.addResourceTypes(definition) } catch {
        throw StartFailure(error, file: file, flag: "--resource-type")
      }
    }
    return builder.catalog
  }

  private static func definition(
    in file: String, flag: String
  ) throws(StartFailure) -> JSONValue {
    let bytes: [UInt8]
    do throws(FileError) {
      let size = try FileSystem.status(file)?.size ?? 0
      bytes = size <= longestDefinition ? try FileSystem.contents(of: file) : []
    } catch {
      throw StartFailure("\(flag) \(file): \(error)", .usage)
    }
    if bytes.isEmpty { throw StartFailure("\(flag) \(file): empty, or above 4 MiB", .usage) }
    do { return try JSONValue(parsing: bytes) } catch {
      throw StartFailure("\(flag) \(file): not JSON: \(error)", .usage)
    }
  }
}

extension StartFailure {
  fileprivate init(_ error: SCIMDefinitionError, file: String, flag: String) {
    self.init("\(flag) \(file): \(error)", .usage)
  }
}
