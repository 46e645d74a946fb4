extension APISchemas {
  static let mapping: [Named] = [
    (
      "MappingProgress",
      .object([
        .init(
          "pending", .count,
          "People and groups still to be looked at since the mapping changed; 0 when all is done.")
      ])
    ),
    (
      "MappingPreview",
      .object([
        .init("employees", .named("MappingPreviewPart")),
        .init("groups", .named("MappingPreviewPart")),
      ])
    ),
    (
      "MappingPreviewPart",
      .object([
        .init("total", .count, "How many there are."),
        .init("checked", .count, "How many were looked at: those that changed last."),
        .init("changed", .count, "How many of them would change, with one event each."),
        .init("fields", .array(of: .named("MappingPreviewField")), "The most changed first."),
        .init("changes", .array(of: .named("MappingPreviewChange")), "The first 50."),
      ])
    ),
    (
      "MappingPreviewField",
      .object([
        .init("field", .text, example: "jobTitle", "A member of customFields stands by itself."),
        .init("changed", .count, "How many would see it change."),
        .init("emptied", .count, "How many of them would lose it."),
      ])
    ),
    (
      "MappingPreviewChange",
      .object([
        .init("id", .text, example: "emp_01J8X0M7Q3V5T2R9K4N6P8W1YZ", "Employee or group."),
        .init("name", .nullable(.text), example: "Babs Jensen"),
        .init("changes", .array(of: .named("MappingPreviewDifference"))),
      ])
    ),
    (
      "MappingPreviewDifference",
      .object([
        .init("field", .text, example: "jobTitle"),
        .init("before", .anything, "As applications see it now."),
        .init("after", .anything, "As they would."),
      ])
    ),
  ]
}
