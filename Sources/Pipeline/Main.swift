import Actors
import Transport

/// The executable: reads the command line and runs one command.
@main
struct Main {
  static func main() async {
    print("scim-hris")
  }
}
