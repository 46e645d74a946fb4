/// Where simulated people work; phone numbers lie in ranges set aside for fiction.
struct Office: Sendable {
  let street: String
  let city: String
  let state: String
  let postalCode: String
  let country: String
  /// As Okta sends it.
  let locale: String
  let language: String
  let timezone: String
  /// `#` is replaced by a digit.
  let phone: String

  static let all = [
    Office(
      street: "100 Market Street", city: "San Francisco", state: "CA", postalCode: "94105",
      country: "US", locale: "en_US", language: "en-US", timezone: "America/Los_Angeles",
      phone: "+1 415 555 01##"),
    Office(
      street: "21 Finsbury Pavement", city: "London", state: "Greater London",
      postalCode: "EC2A 1AA", country: "GB", locale: "en_GB", language: "en-GB",
      timezone: "Europe/London", phone: "+44 20 7946 0###"),
    Office(
      street: "Torstraße 140", city: "Berlin", state: "Berlin", postalCode: "10119",
      country: "DE", locale: "de_DE", language: "de-DE", timezone: "Europe/Berlin",
      phone: "+49 30 23125 ###"),
    Office(
      street: "12 rue de la Paix", city: "Paris", state: "Île-de-France", postalCode: "75002",
      country: "FR", locale: "fr_FR", language: "fr-FR", timezone: "Europe/Paris",
      phone: "+33 1 99 00 ## ##"),
    Office(
      street: "Sveavägen 44", city: "Stockholm", state: "Stockholms län", postalCode: "111 34",
      country: "SE", locale: "sv_SE", language: "sv-SE", timezone: "Europe/Stockholm",
      phone: "+46 8 465 004 ##"),
    Office(
      street: "260 Adelaide Street", city: "Brisbane", state: "QLD", postalCode: "4000",
      country: "AU", locale: "en_AU", language: "en-AU", timezone: "Australia/Brisbane",
      phone: "+61 7 5550 ####"),
  ]

  func phoneNumber(_ random: inout SeededRandom) -> String {
    phone.map { $0 == "#" ? random.digits(1) : String($0) }.joined()
  }
}
