import Client
import Foundation
import Schema
import Synchronization

/// Sends lines to the server, many under way at once, and keeps the books of what became of them.
final class FactImporter: Sendable {
    /// What became of the lines.
    struct Outcome: Sendable {
        var accepted = 0
        var refused = 0
        var duplicates = 0
        var warnings = 0
        /// Why the import ended before the last line.
        var failure: CommandFailure?
    }

    /// A line that is under way.
    private struct Sent: Sendable {
        let source: String
        let line: Int
        /// Kept only when refused lines are to be written out.
        let bytes: [UInt8]?
    }

    private let server: LedgerConnection
    private let keepGoing: Bool
    private let refusedPath: String?
    private let quiet: Bool
    private let language: Language
    private let state = Mutex(State())

    private struct State {
        var outcome = Outcome()
        var underWay: [Sent] = []
        var answered = 0
        var hasStopped = false
        /// The line that is no fact, at which the sending ended.
        var malformed: CommandFailure?
    }

    init(
        _ server: LedgerConnection, keepGoing: Bool, refusedPath: String?, quiet: Bool,
        language: Language
    ) {
        self.server = server
        self.keepGoing = keepGoing
        self.refusedPath = refusedPath
        self.quiet = quiet
        self.language = language
    }

    /// Imports the sources in their order.
    ///
    /// - Returns: the counts, also when the connection was lost on the way: `failure` says so.
    func run(_ sources: [LineSource]) async throws -> Outcome {
        do {
            try await exchangeFacts(sources)
        } catch let error as TaizhangError {
            let failure = server.failure(error)
            state.withLock { state in
                state.outcome.failure = CommandFailure(
                    failure.status,
                    zh: "\(failure.text.zh)\n导入中断：计为记入的均已落盘；请重新导入同样的文件，已记入的会被识别为重复",
                    en:
                        "\(failure.text.en)\nThe import was interrupted. What is counted as accepted "
                        + "is on disk; import the same files again: recorded lines are recognised")
            }
        }
        return state.withLock { state in
            // A line before it that was refused has ended the import already.
            if let malformed = state.malformed, state.outcome.failure == nil {
                state.outcome.refused += 1
                state.outcome.failure = malformed
            }
            return state.outcome
        }
    }

    private func exchangeFacts(_ sources: [LineSource]) async throws {
        let exchange = try await server.exchange(
            .importFacts, metadata: keepGoing ? [:] : ["on-refusal": "stop"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.state.withLock { $0.hasStopped = true } }
                try await self.receive(exchange)
            }
            do {
                try await send(sources, exchange)
            } catch {
                exchange.cancel()
                throw error
            }
            exchange.finishSending()
            try await group.waitForAll()
        }
    }

    private func send(_ sources: [LineSource], _ exchange: Exchange) async throws {
        let reader = FactReader()
        let total = sources.reduce(0) { $0 + $1.size }
        var done: UInt64 = 0
        var bar = ProgressBar(
            Phrase(zh: "导入", en: "import")(language), total: total,
            isShown: !quiet && Terminal.isErrorTerminal)
        defer { bar.finish() }
        for var source in sources {
            while let line = try source.next(isOver: { hasStopped }) {
                if hasStopped { return }
                do throws(SchemaError) {
                    let imported = try reader.read(line)
                    let sent = Sent(
                        source: source.name, line: source.line,
                        bytes: refusedPath == nil ? nil : line)
                    state.withLock { $0.underWay.append(sent) }
                    var item = ImportItem()
                    item.envelope = .init(imported.envelope)
                    try await pass(item, exchange)
                } catch {
                    try malformed(error, source, line)
                    if !keepGoing { return }
                }
                bar.update(
                    done + source.bytesRead,
                    note: "\(state.withLock { $0.outcome.accepted })")
            }
            done += source.bytesRead
        }
    }

    /// Whether no more lines are to be sent.
    private var hasStopped: Bool { state.withLock { $0.hasStopped } }

    private func pass(_ item: ImportItem, _ exchange: Exchange) async throws(SchemaError) {
        let bytes = try item.encoded()
        do {
            try await exchange.send(bytes)
        } catch {
            // The call has ended; the receiver learns why.
        }
    }

    /// A line that is no fact: told at once, with its place.
    private func malformed(
        _ error: SchemaError, _ source: LineSource, _ line: [UInt8]
    ) throws {
        let place = "\(source.name):\(source.line)"
        if keepGoing {
            state.withLock { $0.outcome.refused += 1 }
            try keep(line)
            Terminal.note("\(place): \(DisplayWidth.escaped("\(error)"))")
        } else {
            state.withLock { state in
                state.malformed = CommandFailure(
                    .dataDamaged, zh: "\(place)：\(error.zh)\n导入在此停止，此前各行已记入",
                    en: "\(place): \(error)\n"
                        + "The import stopped here; the lines before it are recorded")
            }
        }
    }

    private func receive(_ exchange: Exchange) async throws {
        while let bytes = try await exchange.receive() {
            try take(try ImportAnswer(decoding: bytes))
        }
    }

    private func take(_ answer: ImportAnswer) throws {
        let sent = state.withLock { state -> Sent? in
            guard state.answered < state.underWay.count else { return nil }
            let sent = state.underWay[state.answered]
            state.answered += 1
            if state.answered > 4_096 {
                state.underWay.removeFirst(state.answered)
                state.answered = 0
            }
            return sent
        }
        guard let sent else {
            throw CommandFailure(
                .protocolError, zh: "服务返回了多余的应答", en: "the server sent an answer too many")
        }
        switch answer.outcome {
        case .recorded:
            state.withLock { state in
                state.outcome.accepted += 1
                if !answer.warnings.isEmpty { state.outcome.warnings += 1 }
            }
        case .duplicate: state.withLock { $0.outcome.duplicates += 1 }
        case .skipped: break
        case .refused: try refuse(answer, sent)
        case .unspecified, .UNRECOGNIZED:
            throw CommandFailure(
                .protocolError, zh: "服务返回了不认识的应答", en: "the server sent an unknown answer")
        }
    }

    private func refuse(_ answer: ImportAnswer, _ sent: Sent) throws {
        let text = language == .zh ? answer.zh : answer.en
        let place = "\(sent.source):\(sent.line)"
        if let bytes = sent.bytes { try keep(bytes) }
        let message = DisplayWidth.escaped("\(place): \(answer.rule)  \(text)")
        state.withLock { state in
            state.outcome.refused += 1
            guard !keepGoing, !state.hasStopped else { return }
            state.hasStopped = true
            let status: ExitStatus =
                answer.rule == "STORAGE_FULL"
                ? .inputOutput : answer.status == 9 ? .negativeResult : .dataDamaged
            state.outcome.failure = CommandFailure(
                status, zh: "\(place)：\(answer.rule)  \(answer.zh)\n导入在此停止，此后各行没有记入",
                en: "\(place): \(answer.rule)  \(answer.en)\n"
                    + "The import stopped here; no later line was recorded")
        }
        if keepGoing { Terminal.note(message) }
    }

    private let refusedFile = Mutex<FactFile?>(nil)

    private func keep(_ line: [UInt8]) throws {
        guard let refusedPath else { return }
        try refusedFile.withLock { file in
            let open = try file ?? FactFile(refusedPath)
            file = open
            try open.write(line)
        }
    }
}
