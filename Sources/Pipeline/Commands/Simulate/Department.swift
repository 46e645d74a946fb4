/// The departments of the simulated company, with the titles one climbs through.
struct Department: Sendable {
  let name: String
  let division: String
  let costCenter: String
  let head: String
  let lead: String
  /// From junior to senior; a promotion moves one up.
  let titles: [String]

  static let all = [
    Department(
      name: "Engineering", division: "Product", costCenter: "CC-4100",
      head: "VP Engineering", lead: "Engineering Manager",
      titles: ["Software Engineer", "Senior Software Engineer", "Staff Software Engineer"]),
    Department(
      name: "Customer Support", division: "Customers", costCenter: "CC-5200",
      head: "Director of Support", lead: "Support Team Lead",
      titles: ["Support Specialist", "Senior Support Specialist", "Support Engineer"]),
    Department(
      name: "Sales", division: "Revenue", costCenter: "CC-3000",
      head: "VP Sales", lead: "Regional Sales Manager",
      titles: ["Account Executive", "Senior Account Executive", "Key Account Manager"]),
    Department(
      name: "Marketing", division: "Revenue", costCenter: "CC-3300",
      head: "VP Marketing", lead: "Marketing Manager",
      titles: ["Content Specialist", "Campaign Specialist", "Senior Campaign Specialist"]),
    Department(
      name: "Product Management", division: "Product", costCenter: "CC-4200",
      head: "Chief Product Officer", lead: "Group Product Manager",
      titles: ["Associate Product Manager", "Product Manager", "Senior Product Manager"]),
    Department(
      name: "Finance", division: "Administration", costCenter: "CC-1100",
      head: "Chief Financial Officer", lead: "Financial Controller",
      titles: ["Accountant", "Senior Accountant", "Financial Analyst"]),
    Department(
      name: "People", division: "Administration", costCenter: "CC-1200",
      head: "Chief People Officer", lead: "People Partner Lead",
      titles: ["Recruiter", "People Partner", "Senior People Partner"]),
    Department(
      name: "Legal & Compliance", division: "Administration", costCenter: "CC-1300",
      head: "General Counsel", lead: "Senior Counsel",
      titles: ["Paralegal", "Counsel", "Data Protection Counsel"]),
  ]
}
