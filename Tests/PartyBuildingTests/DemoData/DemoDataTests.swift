import Foundation
import Names
import PartyBuilding
import Schema
import Testing

/// Every fact of the demonstration data is admitted by the rules: nothing is imported around them.
@Suite struct DemoDataTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Tools/demo-data")

    static let files: [[String]] = [
        ["JZ.ndjson"], ["NA.ndjson"], ["PY.ndjson", "PY.staff.ndjson"], ["YQ.ndjson"],
        ["XX.ndjson"],
    ]

    @Test(arguments: files) func everyFactIsAdmitted(_ names: [String]) throws {
        var importer = MemoryImporter()
        var refusals: [String] = []
        var admitted = 0
        for name in names {
            let text = try String(
                contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            for (index, line) in text.split(separator: "\n").enumerated() {
                do {
                    try importer.admit(Array(line.utf8))
                    admitted += 1
                } catch let refusal as Refusal {
                    refusals.append("\(name):\(index + 1) \(refusal.rule) \(refusal.text.en)")
                } catch {
                    refusals.append("\(name):\(index + 1) \(error)")
                }
            }
        }
        let shown = refusals.prefix(40).joined(separator: "\n")
        #expect(refusals.isEmpty, "\(admitted) admitted, \(refusals.count) refused:\n\(shown)")
        #expect(admitted > 300)
    }
}

/// Runs lines through schema and rules as the server does, with the log in memory.
struct MemoryImporter {
    let source = MemoryLog()
    let office: Office
    let rulebook = Rulebook(digest: { testDigest($0) })
    private let context: FactJSON.ImportContext
    private var position: UInt64 = 0

    init() {
        office = Office(source: source)
        let occurrences = Occurrences()
        let log = source
        context = FactJSON.ImportContext(
            hash: { testDigest($0) }, occurrence: { occurrences.count($0) },
            typeOfEvent: { id in FactID(bytes: id).flatMap { log.byID[$0]?.type } })
    }

    mutating func admit(_ line: [UInt8]) throws {
        let imported = try FactJSON.decode(line: line, context)
        try SchemaValidator.validate(envelope: imported.envelope)
        let proposal = try FactDecoder.proposal(imported.envelope)
        do {
            let admission = try rulebook.admit(
                proposal, at: position + 1, version: 0, now: 1_800_000_000_000_000,
                actor: Actor(principal: "test"), office: office)
            position += 1
            source.append(admission.fact)
            office.visible(through: position)
            office.settled(through: position)
        } catch {
            office.discard(from: position + 1)
            throw error
        }
    }
}

/// A log in memory.
final class MemoryLog: FactSource {
    private(set) var byID: [FactID: Fact] = [:]
    private var byTag: [String: [Fact]] = [:]

    func append(_ fact: Fact) {
        byID[fact.id] = fact
        for tag in fact.tags { byTag[tag, default: []].append(fact) }
    }

    func facts(tag: String, types: [EventType]?) -> [Fact] {
        let facts = byTag[tag] ?? []
        guard let types else { return facts }
        return facts.filter { types.contains($0.type) || $0.isAmendment }
    }

    func first(tag: String) -> Fact? { byTag[tag]?.first }
    func last(tag: String) -> Fact? { byTag[tag]?.last }
    func fact(id: FactID) -> Fact? { byID[id] }
}

private final class Occurrences {
    private var counter = OccurrenceCounter()

    func count(_ digest: [UInt8]) -> UInt64 { counter.next(digest) }
}
