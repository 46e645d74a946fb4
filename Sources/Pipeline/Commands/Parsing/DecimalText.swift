/// Numbers on screens: a fixed count of decimals, thousands parted by commas.
package enum DecimalText {
  /// Rounded half away from zero: `text(1.25, 1)` is "1.3".
  package static func text(_ value: Double, _ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1) { power, _ in power * 10 }
    let scaled = Int((value * Double(scale)).rounded())
    let sign = scaled < 0 ? "-" : ""
    let whole = sign + String(abs(scaled) / scale)
    if decimals == 0 { return whole }
    let rest = String(abs(scaled) % scale)
    return whole + "." + String(repeating: "0", count: decimals - rest.count) + rest
  }

  /// "4,212".
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
