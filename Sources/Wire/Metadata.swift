/// Keys and values that accompany a call, a handshake or an error, in their order.
///
/// Keys are 1 to 64 of `a-z 0-9 . _ -`, each at most once; values are text. A value of this type
/// is always within `Limits` and can be encoded.
package struct Metadata: Sendable, Equatable {
    package struct Pair: Sendable, Equatable {
        package let key: String
        package let value: String
    }

    package private(set) var pairs: [Pair] = []

    /// Size of the encoded block: its count and, for each pair, two lengths and the text.
    package private(set) var encodedBytes = 2

    package init() {}

    package var isEmpty: Bool { pairs.isEmpty }

    package subscript(key: String) -> String? {
        pairs.first { $0.key == key }?.value
    }

    /// Adds a pair.
    ///
    /// - Throws: what is wrong with the pair; nothing was added then.
    package mutating func add(_ key: String, _ value: String) throws(MetadataFlaw) {
        guard pairs.count < Limits.metadataPairsMax else { throw .tooManyPairs }
        guard Self.isKey(key) else { throw .badKey }
        guard self[key] == nil else { throw .duplicateKey }
        let size = 3 + key.utf8.count + value.utf8.count
        guard encodedBytes + size <= Limits.metadataBytesMax else { throw .tooLarge }
        pairs.append(Pair(key: key, value: value))
        encodedBytes += size
    }

    /// Adds a pair if it can be added, and leaves it out otherwise.
    package func adding(_ key: String, _ value: String) -> Metadata {
        var copy = self
        do { try copy.add(key, value) } catch { return self }
        return copy
    }

    private static func isKey(_ key: String) -> Bool {
        let bytes = key.utf8
        guard (1...Limits.metadataKeyBytesMax).contains(bytes.count) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default:
                false
            }
        }
    }
}

extension Metadata: ExpressibleByDictionaryLiteral {
    /// Pairs that are not within the limits are left out.
    package init(dictionaryLiteral elements: (String, String)...) {
        for (key, value) in elements {
            self = adding(key, value)
        }
    }
}

/// What is wrong with a pair of metadata. Its raw value is the reason that a peer is told.
package enum MetadataFlaw: String, Error, Sendable, Equatable {
    case tooManyPairs = "METADATA_TOO_MANY_PAIRS"
    case tooLarge = "METADATA_TOO_LARGE"
    case badKey = "METADATA_BAD_KEY"
    case duplicateKey = "METADATA_DUPLICATE_KEY"
    case badValue = "METADATA_BAD_VALUE"
}
