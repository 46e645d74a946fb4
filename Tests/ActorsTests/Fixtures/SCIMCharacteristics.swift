/// Every characteristic RFC 7643 §4 and §8.7 give the attributes of User, Group and the enterprise
/// extension, one attribute a line, sub-attributes indented.
enum SCIMCharacteristics {
  static let text = """
    # urn:ietf:params:scim:schemas:core:2.0:User
    userName string required readWrite default server
    name complex readWrite default none
      formatted string readWrite default none
      familyName string readWrite default none
      givenName string readWrite default none
      middleName string readWrite default none
      honorificPrefix string readWrite default none
      honorificSuffix string readWrite default none
    displayName string readWrite default none
    nickName string readWrite default none
    profileUrl reference caseExact readWrite default none refers=external
    title string readWrite default none
    userType string readWrite default none
    preferredLanguage string readWrite default none
    locale string readWrite default none
    timezone string readWrite default none
    active boolean readWrite default none
    password string caseExact writeOnly never none
    emails complex multiValued readWrite default none
      value string readWrite default none
      display string readWrite default none
      type string readWrite default none values=work,home,other
      primary boolean readWrite default none
    phoneNumbers complex multiValued readWrite default none
      value string readWrite default none
      display string readWrite default none
      type string readWrite default none values=work,home,mobile,fax,pager,other
      primary boolean readWrite default none
    ims complex multiValued readWrite default none
      value string readWrite default none
      display string readWrite default none
      type string readWrite default none values=aim,gtalk,icq,xmpp,msn,skype,qq,yahoo
      primary boolean readWrite default none
    photos complex multiValued readWrite default none
      value reference caseExact readWrite default none refers=external
      display string readWrite default none
      type string readWrite default none values=photo,thumbnail
      primary boolean readWrite default none
    addresses complex multiValued readWrite default none
      formatted string readWrite default none
      streetAddress string readWrite default none
      locality string readWrite default none
      region string readWrite default none
      postalCode string readWrite default none
      country string readWrite default none
      type string readWrite default none values=work,home,other
      primary boolean readWrite default none
    groups complex multiValued readOnly default none
      value string caseExact readOnly default none
      $ref reference caseExact readOnly default none refers=Group
      display string readOnly default none
      type string readOnly default none values=direct,indirect
    entitlements complex multiValued readWrite default none
      value string readWrite default none
      display string readWrite default none
      type string readWrite default none
      primary boolean readWrite default none
    roles complex multiValued readWrite default none
      value string readWrite default none
      display string readWrite default none
      type string readWrite default none
      primary boolean readWrite default none
    x509Certificates complex multiValued readWrite default none
      value binary caseExact readWrite default none
      display string readWrite default none
      type string readWrite default none
      primary boolean readWrite default none
    # urn:ietf:params:scim:schemas:core:2.0:Group
    displayName string required readWrite default none
    members complex multiValued readWrite default none
      value string caseExact immutable default none
      $ref reference caseExact immutable default none refers=User,Group
      type string immutable default none values=User,Group
      display string readWrite default none
    # urn:ietf:params:scim:schemas:extension:enterprise:2.0:User
    employeeNumber string readWrite default none
    costCenter string readWrite default none
    organization string readWrite default none
    division string readWrite default none
    department string readWrite default none
    manager complex readWrite default none
      value string caseExact readWrite default none
      $ref reference caseExact readWrite default none refers=User
      displayName string readOnly default none
    """
}
