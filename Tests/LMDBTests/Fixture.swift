import Dispatch
import Glibc
import LMDB
import Synchronization
import TestSupport
import Testing

/// An environment in a directory of its own with one database.
struct Fixture {
    let directory: TemporaryDirectory
    let environment: Environment
    let facts: Database

    init(_ options: Environment.Options = Environment.Options()) throws {
        directory = TemporaryDirectory("lmdb")
        environment = try Environment(path: directory.path, options: options)
        facts = try environment.openDatabase("facts")
    }

    /// Puts values of `size` bytes under the numbers of a range, in one transaction.
    func fill(_ keys: ClosedRange<UInt64>, size: Int = 8) throws {
        try environment.write { transaction in
            for key in keys {
                try transaction.put(facts, key, [UInt8](repeating: UInt8(key & 0xFF), count: size))
            }
        }
    }

    func keys() throws -> [UInt64] {
        try environment.read { transaction in
            try transaction.withCursor(facts) { cursor in
                var keys: [UInt64] = []
                while try cursor.next() { keys.append(cursor.numberKey ?? .max) }
                return keys
            }
        }
    }
}

/// The kind of the store's error that `body` throws, nil when it throws none.
func kind(of body: () throws -> Void) throws -> LMDBError.Kind? {
    do {
        try body()
        return nil
    } catch let error as LMDBError {
        return error.kind
    }
}

func isMisuse(_ kind: LMDBError.Kind?) -> Bool {
    if case .misuse? = kind { true } else { false }
}

/// Runs work on a thread of its own and waits for it without blocking the caller's.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "test").async {
            continuation.resume(with: Result { try body() })
        }
    }
}

/// A door that is opened once; for making threads meet.
final class Door: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    func pass() {
        semaphore.wait()
        semaphore.signal()
    }
}

/// Something that happens once and that other threads can ask about.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}

struct Deliberate: Error {}

/// For conditions on values that cannot be copied, which the macro cannot take apart.
func expectTrue(
    _ condition: Bool, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(condition, comment, sourceLocation: sourceLocation)
}

/// For values that come from something that cannot be copied.
func expectEqual<Value: Equatable>(
    _ found: Value, _ expected: Value, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found == expected, comment, sourceLocation: sourceLocation)
}
