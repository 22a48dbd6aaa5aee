import Foundation
import Testing

/// The demonstration data: five programmes of facts, one a line.
enum DemoData {
    /// In the order in which they are imported.
    static let names = ["JZ", "NA", "PY", "PY.staff", "YQ", "XX"]

    static func path(_ name: String) -> String {
        Repository.root.appending(path: "Tools/demo-data/\(name).ndjson").path
    }

    static func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n")
            .map(String.init)
    }

    /// Facts in all files.
    static func count() throws -> Int {
        try names.map { try lines($0).count }.reduce(0, +)
    }

    /// The first line of a file that holds a word.
    static func line(_ name: String, with word: String) throws -> String {
        try #require(try lines(name).first { $0.contains(word) })
    }
}

extension [String] {
    /// As the text of an NDJSON file.
    var ndjson: String { map { "\($0)\n" }.joined() }
}
