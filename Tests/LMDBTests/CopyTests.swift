import Glibc
import LMDB
import TestSupport
import Testing

@Suite struct CopyTests {
    @Test(arguments: [false, true]) func copiesWhileInUse(compact: Bool) throws {
        let store = try Fixture()
        try store.fill(1...500, size: 300)
        let target = store.directory.appending("copy")
        try store.environment.read { _ in
            try store.environment.copy(to: target, compact: compact)
        }
        try store.fill(501...600)
        let copy = try Environment(path: target)
        let facts = try copy.openDatabase("facts", create: false)
        #expect(try copy.read { try $0.stat(facts).entries } == 500)
        try copy.write { try $0.put(facts, "later", "x") }
    }

    /// Only a compact copy leaves deleted text behind.
    @Test func aCompactCopyHasNoFreePages() throws {
        let store = try Fixture()
        let secret = "a name that was taken out again"
        try store.environment.write { transaction in
            for key in UInt64(1)...200 { try transaction.put(store.facts, key, secret) }
        }
        try store.environment.write { try $0.clear(store.facts) }
        try store.fill(1...1)
        for isCompact in [false, true] {
            let target = store.directory.appending("copy-\(isCompact)")
            try store.environment.copy(to: target, compact: isCompact)
            let bytes = try read("\(target)/data.mdb")
            let holdsSecret = bytes.indices.dropLast(secret.utf8.count).contains { start in
                bytes[start...].starts(with: secret.utf8)
            }
            #expect(holdsSecret != isCompact)
            unlink("\(target)/data.mdb")
            rmdir(target)
        }
    }

    @Test func doesNotOverwrite() throws {
        let store = try Fixture()
        let target = store.directory.appending("copy")
        try store.environment.copy(to: target, compact: false)
        let found = try kind { try store.environment.copy(to: target, compact: false) }
        #expect(found == .other)
        #expect(
            try kind { try store.environment.copy(to: store.directory.path, compact: false) }
                == .other)
        let nowhere = store.directory.appending("no/such")
        #expect(try kind { try store.environment.copy(to: nowhere, compact: false) } == .notFound)
        #expect(try isMisuse(kind { try store.environment.copy(to: "a\0", compact: true) }))
        try store.fill(1...1)
    }
}
