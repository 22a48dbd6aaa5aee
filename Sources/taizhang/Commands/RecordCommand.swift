import ArgumentParser
import Foundation
import Schema

/// `taizhang record`: one or several facts, all or none.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record facts, all or none; --dry-run only asks the rules.",
        discussion: """
            EXAMPLES
              taizhang record '{"type":"IssueClosed","stream":"issue-yq-0007","recorded_by":"yq-p02",
                "payload":{"on":"2019-07-30",…}}'
              taizhang record --dry-run - < facts.ndjson
              taizhang record --expect issue-yq-0007=4 fact.json
            """)

    @Argument(help: "JSON objects, files of them (one a line), or - for standard input.")
    var facts: [String]

    @Flag(help: "Ask the rules, record nothing.")
    var dryRun = false

    @Option(help: "STREAM=VERSION: any, none, exists or a number; may be repeated.")
    var expect: [String] = []

    @Option(help: "Restrict the call to these subjects, for example branch-yq-b1.")
    var scope: [String] = []

    @Flag(help: "Print the answer as JSON.")
    var json = false

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var general: GeneralOptions

    func run() async throws {
        try await general.run {
            var request = RecordRequest()
            request.dryRun = dryRun
            request.expected = try expect.map(Self.expectation)
            let reader = FactReader()
            for text in facts { request.envelopes += try Self.envelopes(text, reader) }
            let asked = request
            let metadata = scope.isEmpty ? [:] : ["scope": scope.joined(separator: ",")]
            let answer = try await LedgerConnection.with(connection) { server in
                try await server.unary(
                    .record, asked, as: RecordResponse.self, metadata: metadata)
            }
            report(answer)
        }
    }

    private static func envelopes(_ text: String, _ reader: FactReader) throws -> [Data] {
        if text.hasPrefix("{") {
            return [try envelope(Array(text.utf8), "argument", reader)]
        }
        var source = try LineSource(text)
        var found: [Data] = []
        while let line = try source.next() {
            found.append(try envelope(line, "\(source.name):\(source.line)", reader))
        }
        return found
    }

    private static func envelope(
        _ line: [UInt8], _ place: String, _ reader: FactReader
    ) throws -> Data {
        do throws(SchemaError) {
            return Data(try reader.read(line).envelope)
        } catch {
            throw CommandFailure(.dataDamaged, zh: "\(place)：\(error.zh)", en: "\(place): \(error)")
        }
    }

    private static func expectation(_ text: String) throws -> ExpectedVersion {
        var expected = ExpectedVersion()
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 {
            expected.stream = parts[0]
            switch parts[1] {
            case "any": expected.any = true
            case "none": expected.none = true
            case "exists": expected.exists = true
            default: if let count = UInt64(parts[1]) { expected.exactly = count }
            }
        }
        guard expected.expectation != nil else {
            throw CommandFailure(
                .usage, zh: "--expect \(text) 的写法不对：应为 流=any|none|exists|数字",
                en: "--expect \(text): write STREAM=any|none|exists|NUMBER")
        }
        return expected
    }

    private func report(_ answer: RecordResponse) {
        if json {
            Terminal.print(
                JSONValue.members([
                    "outcome": .string("\(answer.outcome)".uppercased()),
                    "first_position": .integer(Int64(clamping: answer.firstPosition)),
                    "last_position": .integer(Int64(clamping: answer.lastPosition)),
                    "stream_versions": .array(
                        answer.streamVersions.map { .integer(Int64(clamping: $0)) }),
                ]).text())
        } else {
            let text: Phrase
            switch answer.outcome {
            case .admitted:
                text = Phrase(
                    zh: "规则允许（试算，未记入）", en: "the rules admit it (dry run, nothing recorded)")
            case .duplicate:
                text = Phrase(
                    zh: "此前已记入，位置 \(answer.firstPosition)",
                    en: "recorded before, at position \(answer.firstPosition)")
            case .recorded, .unspecified, .UNRECOGNIZED:
                let last = answer.lastPosition
                let span =
                    last > answer.firstPosition
                    ? "\(answer.firstPosition)–\(last)" : "\(answer.firstPosition)"
                text = Phrase(zh: "已记入，位置 \(span)", en: "recorded at position \(span)")
            }
            Terminal.print(text(general.language))
        }
        for warning in answer.trailers.flatMap(\.warnings) {
            let label = Phrase(zh: "提醒", en: "warning")(general.language)
            let text = general.language == .zh ? warning.zh : warning.en
            Terminal.note("\(label) \(warning.rule): \(DisplayWidth.escaped(text))")
        }
    }
}
