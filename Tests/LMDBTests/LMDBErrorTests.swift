import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct LMDBErrorTests {
    private static let kinds: [LMDBError.Kind] = [
        .mapFull, .mapResized, .transactionFull, .diskFull, .io, .panic, .poisoned, .notFound,
        .keyExists, .outOfOrder, .keySize, .valueSize, .readersFull, .databasesFull, .corrupted,
        .versionMismatch, .invalid, .incompatible, .badTransaction, .badDatabase, .alreadyOpen,
        .busy(pid: 7), .busy(pid: nil), .permission, .outOfMemory, .closed, .misuse("a rule"),
        .other,
    ]

    @Test(arguments: kinds) func everyKindSaysWhatHappenedAndWhatToDo(kind: LMDBError.Kind) {
        let error = LMDBError(kind: kind, operation: "put", detail: "42 bytes", code: -30_783)
        #expect(error.message.hasPrefix("put: "))
        #expect(error.message.hasSuffix("(42 bytes)"))
        #expect(error.advice.hasSuffix("."))
        #expect(error.description.contains(error.advice))
    }

    @Test func onlySomeFailuresAreFatal() {
        let fatal = Self.kinds.filter { LMDBError(kind: $0, operation: "x").isFatal }
        #expect(fatal == [.io, .panic, .poisoned, .corrupted])
    }

    @Test func namesTheHolder() {
        let error = LMDBError(kind: .busy(pid: 4_711), operation: "open")
        #expect(error.message.contains("4711"))
    }
}
