/// An enumeration of the schema with its words.
package final class EnumDescriptor: Sendable {
    package struct Value: Equatable, Sendable {
        package let number: Int32
        /// The word in JSON ("IN_SERVICE").
        package let word: String
        /// Chinese word, empty when the schema gives none.
        package let zh: String
        package let doc: String
    }

    /// With the names of the messages around it ("BranchEstablished.Kind").
    package let name: String
    /// With the package, as in the .proto files.
    package let fullName: String
    package let doc: String
    /// Without the unspecified 0, in the schema's order.
    package let values: [Value]
    private let indexByNumber: [Int32: Int]
    private let indexByWord: [String: Int]

    init(name: String, fullName: String, doc: String, values: [Value]) {
        self.name = name
        self.fullName = fullName
        self.doc = doc
        self.values = values
        indexByNumber = Dictionary(
            values.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
        indexByWord = Dictionary(
            values.enumerated().map { ($1.word, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The words that JSON may use.
    package var words: [String] { values.map(\.word) }

    package func value(number: Int32) -> Value? { indexByNumber[number].map { values[$0] } }
    package func value(word: String) -> Value? { indexByWord[word].map { values[$0] } }

    /// The word of a number; a number that this build does not know is kept as "UNKNOWN_7".
    package func word(_ number: Int32) -> String {
        value(number: number)?.word ?? "UNKNOWN_\(number)"
    }

    /// The number of a word or of an "UNKNOWN_7" that `word(_:)` has written.
    package func number(_ word: String) -> Int32? {
        if let value = value(word: word) { return value.number }
        guard word.hasPrefix("UNKNOWN_") else { return nil }
        return Int32(word.dropFirst("UNKNOWN_".count))
    }
}
