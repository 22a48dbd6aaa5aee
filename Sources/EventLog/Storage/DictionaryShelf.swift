import Checksum
import LMDB
import LogFormat
import Synchronization

/// The preset dictionaries of a ledger, in memory: there are few, and every reader needs them.
final class DictionaryShelf: Sendable {
    private struct State {
        var known: [UInt32: FrameDictionary] = [:]
        /// Dictionaries from 1 to this one are in the log.
        var stored: UInt32 = 0
    }

    private let state = Mutex(State())

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
    ) throws(FormatFault) -> FrameDictionary {
        var reader = ByteReader(value)
        guard let sum = reader.uint32(), let rest = reader.take(reader.remaining),
            crc32(rest) == sum
        else {
            throw .damaged(position: 0, "the checksum of dictionary \(number) is wrong")
        }
        return try FrameDictionary([UInt8](rest))
    }

    /// The dictionary with this number; nil when there is none.
    func content(_ number: UInt32) -> FrameDictionary? {
        state.withLock { $0.known[number] }
    }

    /// The one that was stored last; nil when there is none.
    var newest: PresetDictionary? {
        state.withLock { state in
            state.known[state.stored].map { PresetDictionary(number: state.stored, content: $0) }
        }
    }

    /// Makes a dictionary known that a transaction is about to store: as soon as that has ended,
    /// readers meet blocks that need it.
    func prepare(_ dictionary: PresetDictionary) {
        state.withLock { $0.known[dictionary.number] = dictionary.content }
    }

    /// The dictionary is in the log.
    func add(_ dictionary: PresetDictionary) {
        state.withLock { state in
            state.known[dictionary.number] = dictionary.content
            state.stored = max(state.stored, dictionary.number)
        }
    }
}
