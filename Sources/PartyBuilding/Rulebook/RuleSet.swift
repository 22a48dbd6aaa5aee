/// A number of the rules that regulations may revise (column C of specification section 2.5).
package enum Parameter: String, CaseIterable, Sendable {
    case backfillDays = "backfill_days"
    case branchMinFull = "branch_min_full"
    case branchMax = "branch_max"
    case jointMaxUnits = "joint_max_units"
    case committeeMinFull = "committee_min_full"
    case committeeMin = "committee_min"
    case committeeMax = "committee_max"
    case committeeGenerallyMax = "committee_generally_max"
    case branchApprovalDays = "branch_approval_days"
    case applicantMinAge = "applicant_min_age"
    case interviewDays = "interview_days"
    case contactsMin = "contacts_min"
    case contactsMax = "contacts_max"
    case inspectMonths = "inspect_months"
    case inspectGraceDays = "inspect_grace_days"
    case activistMinMonths = "activist_min_months"
    case introducers = "introducers"
    case trainHours = "train_hours"
    case trainDays = "train_days"
    case leavingMonths = "leaving_months"
    case approveMonths = "approve_months"
    case approveMonthsMax = "approve_months_max"
    case probationMonths = "probation_months"
    case extensionMonthsMin = "extension_months_min"
    case extensionMonthsMax = "extension_months_max"
    case rejoinYears = "rejoin_years"
    case letterDays = "letter_days"
    case excellentMaxDivisor = "excellent_max_divisor"
    case termYears = "term_years"
    case electionPresenceNumerator = "election_presence_numerator"
    case electionPresenceDenominator = "election_presence_denominator"
    case candidatesPercent = "candidates_percent"
    case electionExtensionMonths = "election_extension_months"
    case remindMonths = "remind_months"
    case secretarySeniorityMonths = "secretary_seniority_months"
    case minutesDays = "minutes_days"
    case studyHours = "study_hours"
    case studyHoursLeaders = "study_hours_leaders"
    case booksMin = "books_min"
    case modelPerMonth = "model_per_month"
    case clinicFilingDaysMin = "clinic_filing_days_min"
    case clinicFilingDaysMax = "clinic_filing_days_max"
    case medicinesMinFen = "medicines_min_fen"
    case planDays = "plan_days"
    case concentratedMonths = "concentrated_months"
    case issueExtensionsMax = "issue_extensions_max"
    case postDays = "post_days"
    case quarterRollDays = "quarter_roll_days"
    case bonusMaxCentiPoints = "bonus_max_centi_points"
    case pioneerTotalCentiPoints = "pioneer_total_centi_points"
    case linkedShareBp = "linked_share_bp"
    case hirePostingDays = "posting_days"
    case oneBranchOneBrand = "one_branch_one_brand"
    case fiveStarCentiPoints = "five_star_centi_points"
    case fourStarCentiPoints = "four_star_centi_points"
    case smallCell = "small_cell"
}

/// The parameters that were in force during an interval (specification section 2.6): a decision
/// taken in 2019 is judged by the rule set valid in 2019.
package final class RuleSet: Sendable {
    /// Name recorded with every decision, for example `cn-2018`.
    package let version: String
    package let validFrom: LocalDate
    /// The last day; nil while in force.
    package let validTo: LocalDate?
    package let jurisdiction: String
    private let values: [Parameter: Int]
    /// R-GEN-03's limit, which every fact is held to.
    let backfillDays: Int

    package init(
        version: String, validFrom: LocalDate, validTo: LocalDate?, jurisdiction: String,
        values: [Parameter: Int]
    ) {
        self.version = version
        self.validFrom = validFrom
        self.validTo = validTo
        self.jurisdiction = jurisdiction
        self.values = RuleSet.standard.merging(values) { _, own in own }
        backfillDays = self.values[.backfillDays] ?? 0
    }

    /// The value of a parameter.
    package subscript(_ parameter: Parameter) -> Int {
        values[parameter] ?? 0
    }

    /// The parameters with their values, in the order of the specification.
    package var parameters: [(parameter: Parameter, value: Int)] {
        Parameter.allCases.map { ($0, self[$0]) }
    }

    /// Defaults of specification sections 2.5 and 2.6.
    private static let standard: [Parameter: Int] = [
        .backfillDays: 7, .branchMinFull: 3, .branchMax: 50, .jointMaxUnits: 5,
        .committeeMinFull: 7, .committeeMin: 3, .committeeMax: 7, .committeeGenerallyMax: 5,
        .branchApprovalDays: 30, .applicantMinAge: 18, .interviewDays: 30, .contactsMin: 1,
        .contactsMax: 2, .inspectMonths: 6, .inspectGraceDays: 30, .activistMinMonths: 12,
        .introducers: 2, .trainHours: 24, .trainDays: 3, .leavingMonths: 3, .approveMonths: 3,
        .approveMonthsMax: 6, .probationMonths: 12, .extensionMonthsMin: 6,
        .extensionMonthsMax: 12, .rejoinYears: 5, .letterDays: 90, .excellentMaxDivisor: 3,
        .termYears: 3, .electionPresenceNumerator: 4, .electionPresenceDenominator: 5,
        .candidatesPercent: 120, .electionExtensionMonths: 12, .remindMonths: 6,
        .secretarySeniorityMonths: 12, .minutesDays: 7, .studyHours: 32, .studyHoursLeaders: 56,
        .booksMin: 5, .modelPerMonth: 2, .clinicFilingDaysMin: 15, .clinicFilingDaysMax: 30,
        .medicinesMinFen: 100,
        .planDays: 30, .concentratedMonths: 6, .issueExtensionsMax: 1, .postDays: 5,
        .quarterRollDays: 45, .bonusMaxCentiPoints: 1_000, .linkedShareBp: 3_000,
        .pioneerTotalCentiPoints: 10_000,
        .hirePostingDays: 7, .oneBranchOneBrand: 1, .fiveStarCentiPoints: 9_500,
        .fourStarCentiPoints: 8_500, .smallCell: 5,
    ]
}

/// The rule sets of a jurisdiction, one after another without gap.
package struct RuleSets: Sendable {
    package let all: [RuleSet]

    package init(_ all: [RuleSet]) {
        self.all = all.sorted { $0.validFrom < $1.validFrom }
    }

    /// The set in force on a day; the first one for days before it.
    package func inForce(on day: LocalDate) -> RuleSet {
        guard !all.isEmpty else { return RuleSets.fallback }
        var chosen = 0
        for place in all.indices where all[place].validFrom <= day { chosen = place }
        return all[chosen]
    }

    /// The rule sets shipped with the product. The branch regulation of 2018 fixed in writing what
    /// the sets apply; before it the same figures are applied as established practice (K).
    package static let shipped = RuleSets([
        RuleSet(
            version: "cn-1990", validFrom: LocalDate(dayNumber: 7_305),
            validTo: LocalDate(dayNumber: 17_831), jurisdiction: "CN", values: [:]),
        RuleSet(
            version: "cn-2018", validFrom: LocalDate(dayNumber: 17_832), validTo: nil,
            jurisdiction: "CN", values: [:]),
    ])

    private static let fallback = RuleSet(
        version: "cn-2018", validFrom: LocalDate(dayNumber: 0), validTo: nil,
        jurisdiction: "CN", values: [:])
}
