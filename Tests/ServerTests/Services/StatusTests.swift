import Client
import EventLog
import Schema
import Synchronization
import Testing

@testable import Server

@Suite struct StatusTests {
    private static let method = "taizhang.services.v1.Status/Status"
    private static let verify = "taizhang.services.v1.Status/Verify"

    @Test func theServerTellsHowItIs() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        try await client.record([Facts.planned("1"), Facts.planned("2")])
        _ = try await client.recordFailure([Facts.held("9")])
        _ = try await client.importFacts([Facts.held("1"), Facts.held("9"), [0xFF]])
        _ = try await client.queryPages("rectification_ledger") { $0.atLeast = 4 }
        let bytes = try await client.call(Self.method, StatusRequest().wireBytes)
        let status = try StatusResponse(decoding: bytes)
        #expect(status.softwareVersion == "taizhang/test")
        #expect([UInt8](status.ledgerID) == stack.log.identity.id.bytes)
        #expect(status.nowUs == ServiceStack.noon)
        #expect(status.headPosition == 4)
        #expect(status.rootHash.count == 32)
        #expect(status.connections == 3)
        #expect(status.factsRecorded == 4)
        #expect(status.factsRefused == 3)
        #expect(status.stoppedReason.isEmpty)
        #expect(status.logBytes > 0 && status.viewsBytes > 0)
        let model = status.models.first { $0.model == "rectification_ledger" }
        #expect(model?.position == 4)
        #expect(model?.lag == 0)
        #expect(model?.parkedReason.isEmpty == true)
        try await stack.stop()
    }

    @Test func aVerificationEndsWithItsFindings() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        _ = try await client.importFacts((0..<400).map { Facts.planned("\($0)") })
        var answers: [VerifyResponse] = []
        for try await bytes in client.stream(Self.verify, VerifyRequest().wireBytes) {
            answers.append(try VerifyResponse(decoding: bytes))
        }
        let last = try #require(answers.last)
        #expect(last.finished)
        #expect(last.verifiedThrough == 401)
        #expect(last.headPosition == 401)
        #expect(last.factCount == 401)
        #expect(last.damageCount == 0 && last.damage.isEmpty)
        #expect(last.indexSkipped.isEmpty)
        let status = try StatusResponse(
            decoding: try await client.call(Self.method, StatusRequest().wireBytes))
        #expect(last.rootHash == status.rootHash)
        #expect(answers.dropLast().allSatisfy { !$0.finished })
        #expect(answers.count <= 202)
        #expect(answers.map(\.verifiedThrough) == answers.map(\.verifiedThrough).sorted())
        try await stack.stop()
    }

    @Test func oneVerificationAtATime() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        func verify() async throws -> TaizhangError? {
            do {
                for try await _ in client.stream(Self.verify, VerifyRequest().wireBytes) {}
                return nil
            } catch let error as TaizhangError {
                return error
            }
        }
        stack.ledger.isVerifying.store(true, ordering: .relaxed)
        let refused = try await verify()
        #expect(refused?.code == .resourceExhausted)
        #expect(refused?.reason == "VERIFYING")
        stack.ledger.isVerifying.store(false, ordering: .relaxed)
        #expect(try await verify() == nil)
        #expect(try await verify() == nil, "it is free again")
        try await stack.stop()
    }

    // MARK: Calls as such

    @Test func anUnknownMethodIsUnimplemented() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        for method in ["taizhang.services.v1.Record/Erase", "record", Self.method + "/"] {
            let error = await #expect(throws: TaizhangError.self) {
                try await client.call(method, [])
            }
            #expect(error?.code == .unimplemented)
            #expect(error?.reason == "UNKNOWN_METHOD")
            #expect(error?.isBilingual == true)
        }
        #expect(await stack.isQuiet())
        try await stack.stop()
    }

    @Test func aMethodTakesOneRequest() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let none = try await client.exchange(Self.method)
        none.finishSending()
        let missing = await #expect(throws: TaizhangError.self) { try await none.receive() }
        #expect(missing?.code == .invalidArgument)
        #expect(missing?.reason == "NO_REQUEST")
        let two = try await client.exchange("taizhang.services.v1.Read/Subscribe")
        try await two.send(SubscribeRequest().wireBytes)
        _ = try await two.receive()
        try await two.send(SubscribeRequest().wireBytes)
        let second = await #expect(throws: TaizhangError.self) {
            while try await two.receive() != nil {}
        }
        #expect(second?.reason == "SECOND_REQUEST")
        #expect(await stack.isQuiet())
        try await stack.stop()
    }

    /// A request is served when it is there; the client need not say that it was all.
    @Test func aRequestIsServedAtOnce() async throws {
        let stack = try await ServiceStack.start()
        let client = try await stack.client()
        let exchange = try await client.exchange(Self.method)
        try await exchange.send(StatusRequest().wireBytes)
        let bytes = try #require(try await exchange.receive())
        #expect(try StatusResponse(decoding: bytes).headPosition == 1)
        #expect(try await exchange.receive() == nil)
        try await stack.stop()
    }
}
