import PartyBuilding
import Schema
import Testing

/// From approval to full membership.
@Suite struct ProbationRulesTests {
    /// A branch of seven full members and `p`, voted in on 2023-06-20.
    private func office() throws -> PartyOffice {
        let office = try PartyOffice()
        try office.branch("b1", full: 7)
        try office.members(7, of: "b1")
        try office.develop("p", in: "b1", through: .approval)
        return office
    }

    private func vote(
        _ office: PartyOffice, on: String, outcome: String = "CONVERT", electorate: Int = 7,
        present: Int = 7, inFavour: Int = 7, passed: Bool = true
    ) throws -> Refusal? {
        try office.refusal(
            "ConversionVoteHeld", "member-p",
            #""meeting_id":"m","on":"\#(on)","tally":{"electorate":\#(electorate)"#
                + #","present":\#(present),"in_favour":\#(inFavour)},"outcome":"\#(outcome)""#
                + #","passed":\#(passed)"#)
    }

    private func convert(
        _ office: PartyOffice, on: String, effective: String = "2024-06-20",
        seniority: String? = nil
    ) throws -> Refusal? {
        try office.refusal(
            "MemberConverted", "member-p",
            #""approved_on":"\#(on)","effective_from":"\#(effective)""#
                + #","seniority_from":"\#(seniority ?? effective)""#)
    }

    /// X16.
    @Test func noConversionBeforeTheEndOfProbation() throws {
        let office = try office()
        #expect(try vote(office, on: "2024-06-19")?.rule == "R-MB-16")
        #expect(try vote(office, on: "2024-06-19", outcome: "EXTEND")?.rule == "R-MB-16")
        #expect(try vote(office, on: "2024-06-20") == nil)
    }

    @Test func aRevocationNeedNotWait() throws {
        #expect(try vote(office(), on: "2024-01-10", outcome: "REVOKE") == nil)
    }

    @Test func conversionsNeedQuorumAndMajority() throws {
        let office = try office()
        #expect(try vote(office, on: "2024-06-25", present: 3)?.rule == "R-MB-10")
        #expect(try vote(office, on: "2024-06-25", inFavour: 3)?.rule == "R-MB-11")
        let counted = try vote(office, on: "2024-06-25", electorate: 8, present: 8)
        #expect(counted?.rule == "R-MB-19")
        #expect(try vote(office, on: "2024-06-25", present: 4, inFavour: 4) == nil)
    }

    /// X18 and G-RULE-04: membership counts from the end of probation, not from the approval.
    @Test func conversionIsEffectiveFromTheEndOfProbation() throws {
        let office = try office()
        #expect(try vote(office, on: "2024-06-25") == nil)
        let late = try convert(office, on: "2024-09-10", effective: "2024-09-10")
        #expect(late?.rule == "R-MB-18")
        #expect(late?.facts.contains(DecidingFact("probation_to", "2024-06-20")) ?? false)
        let senior = try convert(office, on: "2024-09-10", seniority: "2024-09-10")
        #expect(senior?.rule == "R-MB-18")
        #expect(try convert(office, on: "2024-09-10") == nil)
    }

    /// Specification section 6, number 7: full from 06-20, but a vote only from the approval on.
    @Test func votingRightsFollowTheApproval() throws {
        let office = try office()
        #expect(try vote(office, on: "2024-06-25") == nil)
        #expect(try convert(office, on: "2024-09-10") == nil)
        let membership = try office.office.membership(of: "p")
        let july = try #require(day("2024-07-01"))
        #expect(membership.isFull(on: july))
        #expect(!membership.mayVote(in: "b1", on: july))
        #expect(!membership.isFull(on: try #require(day("2024-06-19"))))
        #expect(membership.mayVote(in: "b1", on: try #require(day("2024-09-10"))))
        let roll = try office.office.roll(of: "b1", on: july)
        #expect(roll.full.count == 8 && roll.voters == 7)
    }

    @Test func aLateApprovalIsAWarning() throws {
        let office = try office()
        #expect(try vote(office, on: "2024-06-25") == nil)
        let admission = try office.record(
            "MemberConverted", "member-p",
            #""approved_on":"2024-09-26","effective_from":"2024-06-20""#
                + #","seniority_from":"2024-06-20""#)
        #expect(admission.warnings.map(\.rule) == ["R-MB-14"])
    }

    @Test func conversionNeedsACarriedVote() throws {
        let office = try office()
        #expect(try convert(office, on: "2024-07-10")?.rule == "STATE-MEMBER")
        #expect(try vote(office, on: "2024-06-25", inFavour: 2, passed: false) == nil)
        #expect(try convert(office, on: "2024-07-10")?.rule == "STATE-MEMBER")
        #expect(try vote(office, on: "2024-07-01") == nil)
        #expect(try convert(office, on: "2024-06-30")?.rule == "STATE-MEMBER")
        #expect(try convert(office, on: "2024-07-10") == nil)
        #expect(try convert(office, on: "2024-07-10")?.rule == "STATE-MEMBER")
    }

    @Test func oathAndRequestBelongToProbation() throws {
        let office = try office()
        func oath(_ on: String) throws -> String? {
            try office.refusal("OathTaken", "member-p", #""on":"\#(on)","place":"礼堂""#)?.rule
        }
        #expect(try oath("2023-07-09") == "STATE-MEMBER")
        #expect(try oath("2023-07-20") == nil)
        #expect(
            try office.refusal("ConversionRequested", "member-p", #""on":"2024-06-10""#) == nil)
        #expect(try vote(office, on: "2024-06-25") == nil)
        #expect(try convert(office, on: "2024-07-10") == nil)
        // Recorded after the conversion, but taken during probation.
        #expect(try oath("2023-08-01") == nil)
        #expect(try oath("2024-07-20") == "STATE-MEMBER")
    }

    @Test func inspectionsOfProbationAreHalfYearly() throws {
        let office = try office()
        func inspect(_ from: String, _ to: String) throws -> [String] {
            try office.record(
                "CultivationInspected", "member-p",
                #""phase":"PROBATION","period_from":"\#(from)","period_to":"\#(to)""#
                    + #","opinion":"好""#, occurred: to
            ).warnings.map(\.rule)
        }
        #expect(try inspect("2023-06-20", "2023-12-20").isEmpty)
        #expect(try vote(office, on: "2024-06-25") == nil)
        #expect(try convert(office, on: "2024-07-10") == nil)
        // Recorded after the conversion, but of probation.
        #expect(try inspect("2023-12-21", "2024-06-19").isEmpty)
        let after = #expect(throws: Refusal.self) { try inspect("2024-06-20", "2024-12-20") }
        #expect(after?.rule == "STATE-MEMBER")
    }

    /// X17 and G-RULE-05.
    @Test func probationIsExtendedOnceBySixToTwelveMonths() throws {
        let probation = Probation(votedOn: try #require(day("2023-06-20")), months: 12)
        #expect(probation.to == day("2024-06-20"))
        let extended = try probation.extended(months: 6, allowed: 6...12)
        #expect(extended.to == day("2024-12-20"))
        #expect(try probation.extended(months: 12, allowed: 6...12).to == day("2025-06-20"))
        for months in [5, 13] {
            #expect(throws: Probation.ExtensionFault.outsideRange(months: months, allowed: 6...12))
            {
                try probation.extended(months: months, allowed: 6...12)
            }
        }
        #expect(throws: Probation.ExtensionFault.alreadyExtended) {
            try extended.extended(months: 6, allowed: 6...12)
        }
    }

    @Test func enrolledProbationersHaveTheirYear() throws {
        let office = try PartyOffice()
        try office.branch("b1", full: 7)
        try office.members(7, of: "b1")
        let bare = try office.refusal(
            "MemberEnrolled", "member-p",
            #""person":"p","branch":"b1","status":"PROBATIONARY","source_system":"stock""#,
            occurred: "2024-01-01")
        #expect(bare?.rule == "INV-B29")
        try office.probationer("p", of: "b1", votedOn: "2023-06-20", on: "2024-01-01")
        #expect(try vote(office, on: "2024-06-19")?.rule == "R-MB-16")
        #expect(try vote(office, on: "2024-06-20") == nil)
    }

    @Test func onlyProbationersLoseTheirQualification() throws {
        let office = try office()
        func end(_ person: String, _ kind: String, _ on: String) throws -> String? {
            try office.refusal(
                "MembershipEnded", "member-\(person)",
                #""kind":"\#(kind)","on":"\#(on)","doc":"决定""#)?.rule
        }
        #expect(try end("b1-1", "QUALIFICATION_REVOKED", "2024-01-10") == "STATE-MEMBER")
        #expect(try end("p", "QUALIFICATION_REVOKED", "2023-07-09") == "STATE-MEMBER")
        #expect(try end("p", "QUALIFICATION_REVOKED", "2024-01-10") == nil)
        #expect(try end("p", "REMOVED", "2024-01-11") == "STATE-MEMBER")
        #expect(try end("stranger", "REMOVED", "2024-01-11") == "STATE-MEMBER")
        let membership = try office.office.membership(of: "p")
        #expect(membership.branch(on: try #require(day("2024-01-09"))) == "b1")
        #expect(membership.branch(on: try #require(day("2024-01-10"))) == nil)
    }
}
