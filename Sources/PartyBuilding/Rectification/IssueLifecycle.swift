/// Life of a rectification issue or public demand (specification section 2.4.6 and its
/// clarifications), without dates and persons.
package struct IssueLifecycle: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case registered = "REGISTERED"
        case assigned = "ASSIGNED"
        case planned = "PLANNED"
        case inProgress = "IN_PROGRESS"
        case submitted = "SUBMITTED"
        case closed = "CLOSED"
        case longTerm = "LONG_TERM"

        /// Chinese name of the state.
        package var zh: String {
            switch self {
            case .registered: "登记"
            case .assigned: "定责定期"
            case .planned: "方案批准"
            case .inProgress: "整改中"
            case .submitted: "提请验收"
            case .closed: "销号"
            case .longTerm: "长期坚持"
            }
        }
    }

    package enum Category: String, Hashable, Sendable {
        /// 立行立改
        case immediate = "IMMEDIATE"
        /// 限期整改
        case deadline = "DEADLINE"
        /// 长期坚持
        case longTerm = "LONG_TERM"
    }

    package enum Step: Hashable, Sendable {
        /// F02 with the proposed category.
        case registered(Category)
        /// F03 with the decided category.
        case assigned(Category)
        /// F04
        case planApproved
        /// F05
        case progressReported
        /// F06
        case submitted
        /// F07
        case rejected
        /// F08
        case closed
        /// F09
        case deadlineExtended
        /// F10
        case madeLongTerm
        /// F11
        case reopened
    }

    /// Nil before the registration.
    package private(set) var state: State?
    /// The proposed one until F03, LONG_TERM after F10.
    package private(set) var category = Category.deadline
    /// 1 from the registration, one more with every reopening.
    package private(set) var cycle = 0
    /// A plan (F04) was approved, in whatever cycle.
    package private(set) var isPlanned = false
    /// The issue was reopened at least once.
    package var wasReopened: Bool { cycle > 1 }

    package init() {}

    /// Whether a step may be recorded now.
    package func allows(_ step: Step) -> Bool { next(step) != nil }

    /// Takes a step; a step that is not allowed leaves everything as it was.
    ///
    /// - Returns: whether it was allowed.
    @discardableResult
    package mutating func take(_ step: Step) -> Bool {
        guard let next = next(step) else { return false }
        switch step {
        case .registered(let proposed):
            category = proposed
            cycle = 1
        case .assigned(let decided): category = decided
        case .planApproved: isPlanned = true
        case .madeLongTerm: category = .longTerm
        case .reopened: cycle += 1
        case .progressReported, .submitted, .rejected, .closed, .deadlineExtended: break
        }
        state = next
        return true
    }

    /// The state after a step, nil when the step is not allowed.
    private func next(_ step: Step) -> State? {
        switch step {
        case .registered: state == nil ? .registered : nil
        // After a reopening the issue stands at ASSIGNED and may get another person.
        case .assigned:
            state == .registered || (state == .assigned && wasReopened) ? .assigned : nil
        case .planApproved: state == .assigned ? .planned : nil
        case .progressReported: mayProgress ? .inProgress : nil
        case .submitted: maySubmit ? .submitted : nil
        case .rejected: state == .submitted ? .inProgress : nil
        case .closed: state == .submitted ? .closed : nil
        case .deadlineExtended:
            state == .assigned || state == .planned || state == .inProgress ? state : nil
        case .madeLongTerm: state == .inProgress ? .longTerm : nil
        case .reopened: state == .closed ? .assigned : nil
        }
    }

    /// A plan may be skipped by issues that are put right at once; in a later cycle the plan of
    /// an earlier one stands.
    private var mayProgress: Bool {
        switch state {
        case .assigned: category == .immediate || isPlanned
        case .planned, .inProgress, .longTerm: true
        case .registered, .submitted, .closed, nil: false
        }
    }

    private var maySubmit: Bool {
        switch state {
        case .assigned, .planned: category == .immediate
        case .inProgress: category != .deadline || isPlanned
        case .longTerm: true
        case .registered, .submitted, .closed, nil: false
        }
    }
}
