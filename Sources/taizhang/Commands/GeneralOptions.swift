import ArgumentParser

/// What every command takes.
struct GeneralOptions: ParsableArguments {
    @Option(
        name: .customLong("lang"),
        help: "Language of texts: zh or en (default: the locale's).")
    var chosenLanguage: Language?

    var language: Language { chosenLanguage ?? .ofLocale }

    /// Runs a command's work and turns its failure into a text and an exit code.
    func run(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let failure as CommandFailure {
            let label = Phrase(zh: "错误", en: "error")(language)
            let lines = failure.text(language).split(separator: "\n")
            let text = lines.map { DisplayWidth.escaped(String($0)) }.joined(separator: "\n")
            Terminal.note("\(label): \(text)")
            throw ExitCode(failure.status.rawValue)
        }
    }
}

extension Language: ExpressibleByArgument {}
