/// What to do in one identity provider, in the words of its own screens.
///
/// `*…*` is a button or label as the provider writes it.
struct SetupGuide: Sendable {
  /// What the provider calls the two values.
  let baseLabel: String
  let tokenLabel: String
  let steps: [String]
  /// Text to paste somewhere, with what it is for.
  var template: (title: String, text: String)?

  static func of(_ serviceId: String) -> SetupGuide {
    switch serviceId {
    case "okta-scim": okta
    case "entra-scim": entra
    case "onelogin-scim": oneLogin
    case "jumpcloud-scim": jumpCloud
    default: generic
    }
  }

  private static let okta = SetupGuide(
    baseLabel: "SCIM 2.0 Base URL", tokenLabel: "OAuth Bearer Token, or API Token",
    steps: [
      "In the Admin Console open *Applications > Applications > Browse App Catalog*, search for"
        + " *SCIM 2.0 Test App (Header Auth)* and choose *Add Integration*. Leave the sign-on page"
        + " as it is: *Done*.",
      "On the tab *Provisioning* choose *Configure API Integration* and tick *Enable API"
        + " integration*.",
      "Enter the two values above. Switch *Import Groups* off.",
      "*Test API Credentials* should answer that it was verified successfully. Then *Save*.",
      "Still on *Provisioning*, under *To App*, choose *Edit* and enable *Create Users*, *Update"
        + " User Attributes* and *Deactivate Users*. *Save*. Leave *Sync Password* off.",
      "On the tab *Assignments* assign one person first, look under *Now* whether it arrived, then"
        + " assign the rest.",
      "If groups are wanted: on the tab *Push Groups* choose *Push Groups > Find groups by name*.",
    ])

  private static let entra = SetupGuide(
    baseLabel: "Tenant URL", tokenLabel: "Secret token",
    steps: [
      "In the Entra admin center open *Identity > Applications > Enterprise applications > New"
        + " application > Create your own application*, name it, choose *Integrate any other"
        + " application you don't find in the gallery (Non-gallery)* and *Create*.",
      "Open *Provisioning > Get started* and set *Provisioning Mode* to *Automatic*.",
      "Under *Admin Credentials* enter the two values above, choose *Test Connection*, then *Save*.",
      "Under *Mappings* leave *Provision Microsoft Entra ID Users* on; switch *Provision Microsoft"
        + " Entra ID Groups* off if groups are not wanted.",
      "Under *Users and groups* add who shall be there.",
      "Try one person with *Provision on demand*, look under *Now* whether it arrived, then *Start"
        + " provisioning*. Entra looks for changes about every 40 minutes.",
    ])

  private static let oneLogin = SetupGuide(
    baseLabel: "SCIM Base URL", tokenLabel: "SCIM Bearer Token",
    steps: [
      "In the administration open *Applications > Applications > Add App*, search for *SCIM"
        + " Provisioner with SAML (SCIM v2 Enterprise)*, name it and *Save*.",
      "On the tab *Configuration* enter the two values above, paste the template below as *SCIM"
        + " JSON Template*, *Save*, and choose *Enable* under *API Connection*.",
      "On the tab *Parameters* check that *SCIM Username* is *Email* or *Username*.",
      "On the tab *Provisioning* tick *Enable provisioning*. Untick *Create user*, *Delete user*"
        + " and *Update user* if nobody shall have to approve each change. *Save*.",
      "Give one person access under *Users > Applications*, look under *Now* whether it arrived, then"
        + " give it to the rest by role.",
    ],
    template: (
      "SCIM JSON Template",
      """
      {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "{$parameters.scimusername}",
        "externalId": "{$user.id}",
        "name": {"givenName": "{$user.firstname}", "familyName": "{$user.lastname}"},
        "displayName": "{$user.display_name}",
        "title": "{$user.title}",
        "emails": [{"value": "{$user.email}", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "{$user.phone}", "type": "work"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
          "department": "{$user.department}",
          "manager": {"value": "{$parameters.external_manager_id}"}
        }
      }
      """
    ))

  private static let jumpCloud = SetupGuide(
    baseLabel: "Base URL", tokenLabel: "Token Key",
    steps: [
      "In the Admin Portal open *SSO Applications > Add New Application > Custom Application*,"
        + " choose *Export users to this app (Identity Management)*, name it and choose *Save"
        + " Application*, then *Configure Application*.",
      "On the tab *Identity Management* choose *SCIM 2.0* as the version, enter the two values"
        + " above and, as *Test User Email*, an address that nobody in the application has.",
      "If groups are wanted, switch *Enable management of User Groups and Group Membership in this"
        + " application* on.",
      "Choose *Test Connection*, then *Activate*, then *Save*.",
      "On the tab *User Groups* choose a small group first, look under *Now* whether it arrived, then"
        + " the rest.",
    ])

  private static let generic = SetupGuide(
    baseLabel: "SCIM 2.0 Base URL", tokenLabel: "API token",
    steps: [
      "In your identity provider add an application that provisions by *SCIM 2.0*.",
      "Enter the Base URL without a slash at its end. The token is sent as *Authorization: Bearer*;"
        + " choose *HTTP header* or *bearer token* as the way to authenticate.",
      "Let it create, update and deactivate users, and push groups if they are wanted. Passwords"
        + " are not needed.",
      "Use its connection test if it has one. Assign one person, look under *Now* whether it arrived,"
        + " then assign the rest.",
    ])
}
