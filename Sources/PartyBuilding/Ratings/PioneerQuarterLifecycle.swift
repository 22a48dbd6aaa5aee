/// Life of a member's quarterly score (specification section 2.4.9).
///
/// `PROPOSED` has no event of its own: it is the score that is computed until it is posted.
package enum PioneerQuarterState: String, Hashable, Sendable {
    /// 记分: points come in.
    case open = "OPEN"
    /// 支部内公示: posted inside the branch.
    case published = "PUBLISHED"
    /// 异议: an objection is open until the score is posted again.
    case objected = "OBJECTED"
    /// 确认: only a correction changes it now.
    case final = "FINAL"

    package enum Step: String, Hashable, Sendable {
        case pointsRecorded, scorePublished, scoreObjected, scoreFinalised
    }

    /// The state after a step, nil when the step is not allowed.
    package func after(_ step: Step) -> PioneerQuarterState? {
        switch (self, step) {
        case (.final, _): nil
        case (_, .pointsRecorded): self
        case (_, .scorePublished): .published
        case (.published, .scoreObjected), (.objected, .scoreObjected): .objected
        case (.published, .scoreFinalised): .final
        case (.open, .scoreObjected), (.open, .scoreFinalised), (.objected, .scoreFinalised): nil
        }
    }
}
