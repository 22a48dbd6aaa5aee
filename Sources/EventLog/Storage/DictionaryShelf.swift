import LMDB
import LogFormat
import Synchronization
import Zlib

/// The preset dictionaries of a ledger, in memory: there are few, and every reader needs them.
final class DictionaryShelf: Sendable {
    private let known = Mutex<[UInt32: [UInt8]]>([:])

    /// Key in `meta` of the dictionary with this number.
    static func key(_ number: UInt32) -> String {
        "dictionary-\(number)"
    }

    /// As it is stored: a checksum, then the dictionary.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(4 + bytes.count)
        value.append(littleEndian: crc32(bytes))
        value.append(contentsOf: bytes)
        return value
    }

    /// Reads a stored dictionary.
    ///
    /// - Throws: `FormatFault.damaged`.
    static func parse(
        _ value: UnsafeRawBufferPointer, number: UInt32
    ) throws(FormatFault) -> [UInt8] {
        var reader = ByteReader(value)
        guard let sum = reader.uint32(), let rest = reader.take(reader.remaining),
            crc32(rest) == sum
        else {
            throw .damaged(position: 0, "the checksum of dictionary \(number) is wrong")
        }
        return [UInt8](rest)
    }

    /// The dictionary with this number; nil when there is none.
    func bytes(_ number: UInt32) -> [UInt8]? {
        known.withLock { $0[number] }
    }

    /// The one that was added last; nil when there is none.
    var newest: PresetDictionary? {
        known.withLock { known in
            let number = UInt32(known.count)
            return known[number].map { PresetDictionary(number: number, bytes: $0) }
        }
    }

    func add(_ dictionary: PresetDictionary) {
        known.withLock { $0[dictionary.number] = dictionary.bytes }
    }
}
