/// Everything the API can do, grouped by who may ask, so that no operation can be reached with
/// less than its scope: the scope is part of the operation, not a second fact beside it.
enum APIOperation: Sendable, Hashable {
  case open(Open)
  case application(ForApplication)
  case consumer(ForConsumer)
  case owner(ForOwner)

  /// Anyone.
  enum Open: String, CaseIterable, Sendable {
    case createAccessToken, revokeAccessToken
    case getOpenAPI, getExplorer
  }

  /// One application, about itself and its consumers.
  enum ForApplication: String, CaseIterable, Sendable {
    case listConsumers, createConsumer, getConsumer, updateConsumer, deleteConsumer
    case listWebhooks, createWebhook, getWebhook, updateWebhook, deleteWebhook, testWebhook
    case rotateSecret, replayWebhook
    case triggerWebhook, listEvents
    case listDeliveries, getDelivery, redeliver
    case listRequests, getRequest
    case listDeadLetters, resendDeadLetter, removeDeadLetter
    case listKeys, createKey, deleteKey
  }

  /// One application on behalf of one of its consumers.
  enum ForConsumer: String, CaseIterable, Sendable {
    case listConnections, createConnection, getConnection, updateConnection, deleteConnection
    case listTokens, createToken, deleteToken, getFields
    case listSetupLinks, createSetupLink, deleteSetupLink
    case listEmployees, getEmployee, eraseEmployee
    case listGroups, getGroup, listGroupMembers, getOrgChart
    case previewMapping
  }

  /// Whoever owns the spool directory, over the control socket only.
  enum ForOwner: String, CaseIterable, Sendable {
    case getStatus, connect
    case listApplications, createApplication, createApplicationKey, deleteApplicationKey
    case listConnectionTokens, createConnectionToken, deleteConnectionToken, listAllConnections
    case prepareSimulator, listInspectedEvents, followEvents
    case holdDelivery, releaseDelivery, replayEvents, retryDeadLetter, dropDeadLetter
    case eraseAnyEmployee, listErasures
  }
}

extension APIOperation: CaseIterable {
  static var allCases: [APIOperation] {
    Open.allCases.map(APIOperation.open)
      + ForApplication.allCases.map(APIOperation.application)
      + ForConsumer.allCases.map(APIOperation.consumer)
      + ForOwner.allCases.map(APIOperation.owner)
  }

  /// The operation id of the route table and its documents.
  var id: String {
    switch self {
    case .open(let operation): operation.rawValue
    case .application(let operation): operation.rawValue
    case .consumer(let operation): operation.rawValue
    case .owner(let operation): operation.rawValue
    }
  }

  var scope: Scope {
    switch self {
    case .open: .open
    case .application: .application
    case .consumer: .consumer
    case .owner: .owner
    }
  }

  /// What a caller must be able to show.
  enum Scope: String, Sendable {
    case open, application, consumer, owner
  }
}
