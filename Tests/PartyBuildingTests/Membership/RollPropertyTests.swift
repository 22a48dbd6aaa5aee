import PartyBuilding
import Schema
import TestSupport
import Testing

/// Rolls under random facts, recorded out of order of their days.
@Suite struct RollPropertyTests {
    private static let branches = ["b1", "b2", "b3"]
    private static let persons = (1...6).map { "p\($0)" }

    /// A random fact about rolls: type, stream and payload.
    private func fact(_ random: inout SeededRandom, _ serial: Int) -> (String, String, String) {
        let person = Self.persons.randomElement(using: &random) ?? "p1"
        let branch = Self.branches.randomElement(using: &random) ?? "b1"
        let start = LocalDate(dayNumber: 18_000 + .random(in: 0...700, using: &random))
        let letter = "t\(Int.random(in: 0...max(serial, 1), using: &random))"
        switch Int.random(in: 0...9, using: &random) {
        case 0...2:
            return (
                "MemberEnrolled", "member-\(person)",
                #""person":"\#(person)","branch":"\#(branch)","status":"FULL""#
                    + #","source_system":"stock""#
            )
        case 3...5:
            let reason = ["NEW", "INTERNAL", "TRANSFER"].randomElement(using: &random) ?? "NEW"
            return (
                "MemberAssignedToBranch", "member-\(person)",
                #""branch":"\#(branch)","from":"\#(start)","reason":"\#(reason)""#
            )
        case 6:
            return (
                "TransferIssued", "transfer-t\(serial)",
                #""person":"\#(person)","from_branch":"\#(branch)","to_org":"h1""#
                    + #","letter_no_hash":"l","issued_on":"\#(start)""#
                    + #","valid_to":"\#(start.adding(days: 60))","dues_paid_to":"2019-03""#
                    + #","scope":"INTERNAL""#
            )
        case 7...8:
            return (
                "TransferReceived", "transfer-\(letter)",
                #""to_branch":"\#(branch)","received_on":"\#(start)""#
            )
        default:
            return (
                "MembershipEnded", "member-\(person)",
                #""kind":"WITHDRAWN","on":"\#(start)","doc":"d""#
            )
        }
    }

    private func offices() throws -> (large: PartyOffice, small: PartyOffice) {
        let offices = (large: try PartyOffice(), small: try PartyOffice(capacity: 1))
        for office in [offices.large, offices.small] {
            for branch in Self.branches { try office.branch(branch) }
        }
        return offices
    }

    /// Whatever was evicted in between, the judgements are the same.
    @Test func evictionChangesNoJudgement() throws {
        try withSeeds(6) { random, seed in
            let (large, small) = try offices()
            var admitted = 0
            for serial in 0..<250 {
                let (type, stream, payload) = fact(&random, serial)
                let occurred = type == "MemberEnrolled" ? "2019-05-01" : nil
                let kept = try large.refusal(type, stream, payload, occurred: occurred)
                let evicted = try small.refusal(type, stream, payload, occurred: occurred)
                #expect(kept == evicted, "seed \(seed), fact \(serial): \(type) \(payload)")
                if kept == nil { admitted += 1 }
            }
            #expect(admitted > 10, "seed \(seed)")
        }
    }

    /// One human, one roll at any instant (specification section 6, number 10).
    @Test func aMemberIsOnExactlyOneRoll() throws {
        try withSeeds(6) { random, seed in
            let office = try offices().large
            for serial in 0..<200 {
                let (type, stream, payload) = fact(&random, serial)
                let occurred = type == "MemberEnrolled" ? "2019-05-01" : nil
                _ = try office.refusal(type, stream, payload, occurred: occurred)
            }
            for number in stride(from: Int32(17_900), to: 18_800, by: 7) {
                let on = LocalDate(dayNumber: number)
                let rolls = try Self.branches.map { try office.office.roll(of: $0, on: on) }
                for person in Self.persons {
                    let membership = try office.office.membership(of: person)
                    let holders = rolls.filter { $0.holds(person) }.map(\.branch)
                    let branch = membership.branch(on: on)
                    #expect(holders == [branch].compactMap { $0 }, "seed \(seed) \(person) \(on)")
                    #expect(
                        (branch == nil) == (membership.spell(on: on) == nil),
                        "seed \(seed) \(person) \(on)")
                }
            }
        }
    }
}
