package import EventLog
import LogFormat
import NIOPosix
package import Schema
import Synchronization
import Wire

/// Verifies the ledger while it is in use; one verification at a time.
enum VerifyService {
    /// - Throws: `WireStatus` RESOURCE_EXHAUSTED while another verification is under way.
    static func start(
        _ ledger: Ledger, _ workers: NIOThreadPool, _ responder: Responder
    ) throws(WireStatus) -> any StreamingAnswer {
        guard !ledger.isVerifying.exchange(true, ordering: .acquiringAndReleasing) else {
            throw FailureStatus.status(
                .resourceExhausted, "VERIFYING", "", zh: "另一次核验正在进行：请等它结束",
                en: "another verification is under way: wait for its end")
        }
        let answer = VerifyAnswer()
        workers.submit { state in
            defer { ledger.isVerifying.store(false, ordering: .releasing) }
            guard case .active = state else {
                responder.finish(FailureStatus.closing)
                return
            }
            var percent: UInt64?
            do {
                let report = try ledger.log.verify { position, head in
                    if answer.isCancelled { return false }
                    // A hundred messages at most, whatever the ledger's size and the reader's pace.
                    let now = position.value / max(head.value / 100, 1)
                    if now != percent { send(position, head, responder) }
                    percent = now
                    return true
                }
                try send(report, responder)
                responder.finish()
            } catch {
                responder.finish(FailureStatus.of(error: error))
            }
        }
        return answer
    }

    private static func send(_ position: Position, _ head: Position, _ responder: Responder) {
        var response = VerifyResponse()
        response.verifiedThrough = position.value
        response.headPosition = head.value
        if let bytes = try? response.encoded() { responder.send(bytes, events: 0) }
    }

    private static func send(_ report: VerifyReport, _ responder: Responder) throws {
        var response = VerifyResponse(report)
        response.finished = true
        responder.send(try response.encoded(), events: 0)
    }
}

extension VerifyResponse {
    /// What a verification found.
    package init(_ report: VerifyReport) {
        self.init()
        verifiedThrough = report.head.value
        headPosition = report.head.value
        if let root = report.root { rootHash = .init(root.bytes) }
        valueCount = report.values
        factCount = report.events
        indexEntryCount = report.postings
        indexSkipped = report.indexSkipped ?? ""
        damageCount = UInt64(clamping: report.damageCount)
        damage = report.damages.map { damage in
            var message = VerifyDamage()
            message.position = damage.position.value
            message.place = damage.kind == .index ? "index" : "log"
            message.what = damage.text
            return message
        }
    }
}

/// Lets the caller stop a verification.
private final class VerifyAnswer: StreamingAnswer, Sendable {
    private let cancelFlag = Atomic<Bool>(false)

    var isCancelled: Bool { cancelFlag.load(ordering: .relaxed) }

    func credit(_ allowance: Credit) {}

    func cancelled() { cancelFlag.store(true, ordering: .relaxed) }
}
