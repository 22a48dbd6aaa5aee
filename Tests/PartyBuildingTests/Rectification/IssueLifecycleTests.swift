import PartyBuilding
import TestSupport
import Testing

@Suite struct IssueLifecycleTests {
    /// The lifecycle after steps that are all allowed.
    private func issue(after steps: [IssueLifecycle.Step]) throws -> IssueLifecycle {
        var issue = IssueLifecycle()
        for step in steps {
            let isAllowed = issue.take(step)
            try #require(isAllowed, "\(step)")
        }
        return issue
    }

    @Test func aRefusedStepChangesNothing() throws {
        var empty = IssueLifecycle()
        let isAllowed = empty.take(.closed)
        #expect(!isAllowed)
        #expect(empty == IssueLifecycle())
        let issue = try issue(after: [.registered(.deadline)])
        #expect(!issue.allows(.planApproved))
        #expect(issue.state == .registered)
        #expect(issue.cycle == 1)
    }

    @Test func aLongTermIssueIsSubmittedLater() throws {
        let steps: [IssueLifecycle.Step] = [
            .registered(.deadline), .assigned(.deadline), .planApproved, .progressReported,
            .madeLongTerm,
        ]
        let issue = try issue(after: steps)
        #expect(issue.state == .longTerm)
        #expect(issue.category == .longTerm)
        #expect(!issue.allows(.deadlineExtended))
        #expect(try self.issue(after: steps + [.submitted, .closed]).state == .closed)
    }

    @Test func aPlannedImmediateIssueMayBeSubmitted() throws {
        let issue = try issue(
            after: [.registered(.immediate), .assigned(.immediate), .planApproved, .submitted])
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
                let wasTaken = issue.take(step)
                #expect(wasTaken == allowed, "seed \(seed)")
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
