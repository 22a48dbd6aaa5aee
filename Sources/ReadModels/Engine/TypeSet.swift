package import Schema

/// Some types of facts, asked for once an event: whoever reads a type is known without decoding
/// anything.
package struct TypeSet: Sendable {
    /// A bit for each number.
    private var words: [UInt64] = []

    package init(_ types: some Sequence<EventType>) {
        for type in types { insert(type) }
    }

    package mutating func insert(_ type: EventType) {
        let word = Int(type.number >> 6)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(type.number & 63)
    }

    /// Whether a type is among them; also of numbers that this version does not know.
    package func contains(_ number: UInt32) -> Bool {
        let word = Int(number >> 6)
        return word < words.count && words[word] >> UInt64(number & 63) & 1 == 1
    }
}
