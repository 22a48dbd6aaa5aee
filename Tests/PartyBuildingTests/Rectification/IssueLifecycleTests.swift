import PartyBuilding
import TestSupport
import Testing

@Suite struct IssueLifecycleTests {
    @Test func aRefusedStepChangesNothing() {
        var issue = IssueLifecycle()
        #expect(!issue.take(.closed))
        #expect(issue == IssueLifecycle())
        #expect(issue.take(.registered(.deadline)))
        #expect(!issue.allows(.planApproved))
        #expect(issue.state == .registered)
        #expect(issue.cycle == 1)
    }

    @Test func aLongTermIssueIsSubmittedLater() {
        var issue = IssueLifecycle()
        for step: IssueLifecycle.Step in [
            .registered(.deadline), .assigned(.deadline), .planApproved, .progressReported,
            .madeLongTerm,
        ] {
            #expect(issue.take(step))
        }
        #expect(issue.state == .longTerm)
        #expect(issue.category == .longTerm)
        #expect(!issue.allows(.deadlineExtended))
        #expect(issue.take(.submitted))
        #expect(issue.take(.closed))
    }

    @Test func aPlannedImmediateIssueMayBeSubmitted() {
        var issue = IssueLifecycle()
        issue.take(.registered(.immediate))
        issue.take(.assigned(.immediate))
        #expect(issue.take(.planApproved))
        #expect(issue.take(.submitted))
        #expect(issue.state == .submitted)
    }

    /// Whatever is tried, a closed issue was submitted, a dated one planned, and cycles only grow.
    @Test func randomStepsKeepTheInvariants() {
        let steps: [IssueLifecycle.Step] = [
            .registered(.deadline), .assigned(.deadline), .planApproved, .progressReported,
            .submitted, .rejected, .closed, .deadlineExtended, .madeLongTerm, .reopened,
        ]
        withSeeds(20) { random, seed in
            var issue = IssueLifecycle()
            var submissions = 0
            for _ in 0..<300 {
                guard let step = steps.randomElement(using: &random) else { return }
                let before = issue
                let allowed = issue.allows(step)
                #expect(issue.take(step) == allowed, "seed \(seed)")
                if !allowed { #expect(issue == before, "seed \(seed)") }
                if allowed, step == .submitted { submissions += 1 }
                if allowed, step == .closed { #expect(before.state == .submitted, "seed \(seed)") }
                if issue.state == .submitted || issue.state == .closed {
                    #expect(issue.isPlanned && submissions > 0, "seed \(seed)")
                }
                #expect(issue.cycle - before.cycle <= 1 && issue.cycle >= before.cycle)
            }
        }
    }
}
