import Transport

@testable import Actors

/// Definitions as files bring them, for a kind of resource with every type and characteristic.
enum SCIMDefinitions {
  static let device = "urn:example:params:scim:schemas:Device"
  static let lease = "urn:example:params:scim:schemas:extension:Lease"

  static let schemas = """
    {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"\(device)","name":"Device",
     "attributes":[
      {"name":"serial","type":"string","required":true,"caseExact":true,"uniqueness":"server"},
      {"name":"label","type":"string"},
      {"name":"inUse","type":"boolean"},
      {"name":"cores","type":"integer"},
      {"name":"weight","type":"decimal"},
      {"name":"bought","type":"dateTime","mutability":"immutable"},
      {"name":"key","type":"binary","caseExact":true},
      {"name":"manual","type":"reference","referenceTypes":["external"]},
      {"name":"seen","type":"dateTime","mutability":"readOnly"},
      {"name":"unlockCode","type":"integer","mutability":"writeOnly","returned":"never"},
      {"name":"notes","type":"string","returned":"request"},
      {"name":"tag","type":"string","returned":"always"},
      {"name":"colours","type":"string","multiValued":true,"canonicalValues":["red","blue"]},
      {"name":"sizes","type":"integer","multiValued":true},
      {"name":"place","type":"complex","subAttributes":[
        {"name":"room","type":"string","required":true},
        {"name":"floor","type":"integer"},
        {"name":"fixed","type":"boolean","mutability":"immutable"},
        {"name":"checked","type":"dateTime","mutability":"readOnly"}]},
      {"name":"ports","type":"complex","multiValued":true,"subAttributes":[
        {"name":"value","type":"string","required":true,"caseExact":true},
        {"name":"type","type":"string","canonicalValues":["usb","hdmi"]},
        {"name":"primary","type":"boolean"},
        {"name":"speed","type":"decimal"},
        {"name":"labels","type":"string","multiValued":true}]},
      {"name":"parts","type":"complex","multiValued":true,"subAttributes":[
        {"name":"kind","type":"string"},
        {"name":"count","type":"integer"}]}]},
    {"id":"\(lease)","name":"Lease","attributes":[
      {"name":"until","type":"dateTime","required":true},
      {"name":"lessor","type":"complex","subAttributes":[
        {"name":"value","type":"string"},{"name":"display","type":"string"}]}]}]}
    """

  /// - Parameter required: whether every device needs a lease.
  static func resourceType(required: Bool = false) -> String {
    """
    {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"id":"Device",
     "name":"Device","endpoint":"/Devices","description":"Things with a plug.",
     "schema":"\(device)","schemaExtensions":[{"schema":"\(lease)","required":\(required)}]}
    """
  }

  static func catalog(required: Bool = false) throws -> SCIMCatalog {
    var builder = SCIMCatalogBuilder()
    try builder.addSchemas(JSONValue(parsing: schemas))
    try builder.addResourceTypes(JSONValue(parsing: resourceType(required: required)))
    return builder.catalog
  }

  static func type(required: Bool = false) throws -> SCIMResourceType {
    guard let type = try catalog(required: required).resourceType(endpoint: "/devices") else {
      throw SCIMDefinitionError("resource type Device", "is not served")
    }
    return type
  }

  /// A body of a device; `members` is the inside of an object.
  static func body(_ members: String) throws -> JSONObject {
    try SCIMBodies.object(#"{"schemas":["\#(device)"],\#(members)}"#)
  }
}
