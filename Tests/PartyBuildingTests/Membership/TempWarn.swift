import Foundation
import PartyBuilding
import Schema
import Testing
@Suite struct TempWarn {
    @Test func count() throws {
        var counts: [String: Int] = [:]
        for name in ["JZ", "NA", "PY", "YQ", "XX"] {
            let source = MemoryLog(); let office = Office(source: source); let rulebook = Rulebook()
            var position: UInt64 = 0
            var n: UInt64 = 0
            let context = FactJSON.ImportContext(hash: { b in var h: UInt64 = 1469598103934665603; for x in b { h = (h ^ UInt64(x)) &* 1099511628211 }; return (0..<32).map { UInt8(truncatingIfNeeded: h >> UInt64(($0 % 8) * 8)) } }, occurrence: { _ in n += 1; return n }, typeOfEvent: { _ in nil })
            let text = try String(contentsOf: DemoDataTests.folder.appending(path: "\(name).ndjson"), encoding: .utf8)
            for line in text.split(separator: "\n") {
                guard let imported = try? FactJSON.decode(line: Array(line.utf8), context), let proposal = try? FactDecoder.proposal(imported.envelope) else { continue }
                do {
                    let a = try rulebook.admit(proposal, at: position + 1, version: 0, now: 1_800_000_000_000_000, actor: Actor(principal: "t"), office: office)
                    position += 1; source.append(a.fact); office.visible(through: position); office.settled(through: position)
                    for w in a.warnings { counts["\(name) \(w.rule) \(a.fact.type.name)", default: 0] += 1 ; if counts["\(name) \(w.rule) \(a.fact.type.name)"] == 1 { print("WARN", name, w.rule, w.text.en) } }
                } catch { office.discard(from: position + 1); counts["\(name) REFUSED", default: 0] += 1 }
            }
        }
        for (k, v) in counts.sorted(by: { $0.key < $1.key }) { print("COUNT", k, v) }
        #expect(!counts.isEmpty)
    }
}
