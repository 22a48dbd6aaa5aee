import ArgumentParser
import EventLog
import Glibc
import Schema
import Server

/// `taizhang verify`: proves every byte of a ledger, at rest or through its server.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every byte of a ledger; exit code 0 clean, 65 damaged.",
        discussion: """
            EXAMPLES
              taizhang verify --data ./ledger          a ledger at rest
              taizhang verify --server 127.0.0.1:7400  a ledger in use, through its server
            """)

    @Option(help: "Directory of a ledger that no server has open.")
    var data: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        try await general.run {
            let result =
                if let data { try offline(data) } else { try await online() }
            print(result)
            if result.damageCount > 0 { throw ExitCode(ExitStatus.dataDamaged.rawValue) }
        }
    }

    private func offline(_ directory: String) throws -> VerifyResponse {
        guard access("\(directory)/log", F_OK) == 0 else {
            throw CommandFailure(
                .notFound, zh: "\(directory) 中没有账簿", en: "there is no ledger in \(directory)")
        }
        var bar = ProgressBar(Phrase(zh: "核验", en: "verify")(general.language), total: 1_000)
        defer { bar.finish() }
        let report: VerifyReport
        do throws(EventLogError) {
            report = try EventLog.verify(directory: directory) { position, head in
                bar.update(Self.thousandths(position.value, of: head.value))
                return true
            }
        } catch {
            throw Self.failure(error, directory)
        }
        return VerifyResponse(report)
    }

    private func online() async throws -> VerifyResponse {
        var last = VerifyResponse()
        var bar = ProgressBar(Phrase(zh: "核验", en: "verify")(general.language), total: 1_000)
        try await LedgerConnection.with(connection) { server in
            try await server.stream(
                .verify, VerifyRequest(), as: VerifyResponse.self, hasDeadline: false
            ) { answer in
                last = answer
                bar.update(Self.thousandths(answer.verifiedThrough, of: answer.headPosition))
                return true
            }
        }
        bar.finish()
        return last
    }

    /// Of a damaged ledger, or told by a server, either may be any number.
    private static func thousandths(_ part: UInt64, of whole: UInt64) -> UInt64 {
        whole == 0 ? 0 : UInt64(min(1_000, Double(part) / Double(whole) * 1_000))
    }

    private func print(_ result: VerifyResponse) {
        let root = Hexadecimal.text(result.rootHash)
        if json {
            Terminal.print(
                JSONValue.members([
                    "sound": .bool(result.damageCount == 0),
                    "facts": .integer(Int64(clamping: result.factCount)),
                    "values": .integer(Int64(clamping: result.valueCount)),
                    "index_entries": .integer(Int64(clamping: result.indexEntryCount)),
                    "root_hash": .string(root),
                    "index_skipped": .string(result.indexSkipped),
                    "damage_count": .integer(Int64(clamping: result.damageCount)),
                    "damage": .array(
                        result.damage.map { damage in
                            .members([
                                "position": .integer(Int64(clamping: damage.position)),
                                "place": .string(damage.place), "what": .string(damage.what),
                            ])
                        }),
                ]).text())
            return
        }
        for damage in result.damage {
            Terminal.print(
                Colour.red("✗") + " \(damage.place) @\(damage.position): "
                    + DisplayWidth.escaped(damage.what))
        }
        if !result.indexSkipped.isEmpty {
            let text = Phrase(
                zh: "索引未核对：\(result.indexSkipped)",
                en: "the index was not compared: \(result.indexSkipped)")
            Terminal.print(text(general.language))
        }
        let text =
            result.damageCount == 0
            ? Phrase(
                zh:
                    "✓ 完好：\(result.factCount) 条事实，\(result.valueCount) 个数据块，\(result.indexEntryCount) 个索引项\n  默克尔根 \(root)",
                en: "✓ sound: \(result.factCount) facts, \(result.valueCount) values, "
                    + "\(result.indexEntryCount) index entries\n  Merkle root \(root)")
            : Phrase(
                zh: "✗ 发现 \(result.damageCount) 处损坏", en: "✗ \(result.damageCount) damages found")
        Terminal.print(text(general.language))
    }

    private static func failure(_ error: EventLogError, _ directory: String) -> CommandFailure {
        switch error {
        case .locked(let pid):
            let process = pid.map { "\($0)" } ?? "?"
            return CommandFailure(
                .configuration,
                zh: "数据目录 \(directory) 正被进程 \(process) 使用：请用 --server 通过该服务核验，或先停止它",
                en: "the data directory \(directory) is in use by process \(process): verify it "
                    + "through its server (--server), or stop that first")
        case .notALedger(let what):
            return CommandFailure(
                .notFound, zh: "\(directory) 不是账簿：\(what)", en: "\(directory) is no ledger: \(what)"
            )
        case .unknownFormat(let found, let supported):
            return ServeMessages.otherFormat(directory, found: found, supported: supported)
        case .damaged(let position, let what):
            return CommandFailure(
                .dataDamaged, zh: "位置 \(position) 已损坏：\(what)",
                en: "damaged at position \(position): \(what)")
        default:
            return CommandFailure(.dataDamaged, "\(directory): \(error)")
        }
    }
}
