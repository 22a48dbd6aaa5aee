import Schema

extension LeadershipRules {
    /// C10 and C12: cultivation begins and reaches its aim.
    static let cultivationGuards: [Guard] = [
        Guard("STATE-CULTIVATION", on: CultivationStarted.self) { _, judging in
            let id = judging.fact.streamIdentity
            try judging.require(
                try judging.state(CultivationState.self, id).stage == .none,
                [DecidingFact("cultivation", id)],
                zh: "培养 \(id) 已开始：每人每个方向请用各自的编号",
                en: "cultivation \(id) is already started: each person and direction has its own id"
            )
        },
        Guard("INV-C10", on: CultivationStarted.self) { event, judging in
            let open = try judging.office.cultivations(of: event.person).first {
                $0.stage == .open && $0.direction == event.direction
            }
            if let open {
                throw judging.refusal(
                    [DecidingFact("person", event.person), DecidingFact("cultivation", open.id)],
                    zh: "\(event.person) 在该方向的培养 \(open.id) 尚未结束：同一方向同时只有一项",
                    en: "\(event.person) is already cultivated in this direction (\(open.id)): one "
                        + "at a time")
            }
        },
        Guard("STATE-CULTIVATION", on: CultivationConverted.self) { event, judging in
            let state = try judging.state(CultivationState.self, judging.fact.streamIdentity)
            try judging.require(
                state.stage == .open, [DecidingFact("cultivation", state.id)],
                zh: state.stage == .none
                    ? "培养 \(state.id) 尚未开始，不能登记转化：请先登记纳入培养"
                    : "培养 \(state.id) 已登记转化",
                en: state.stage == .none
                    ? "cultivation \(state.id) is not started: record CultivationStarted first"
                    : "cultivation \(state.id) is already converted")
            guard let started = state.startedOn else { return }
            let on = try judging.day(event.on, "on")
            try judging.require(
                started <= on, [DecidingFact("on", on), DecidingFact("started_on", started)],
                zh: "转化日期 \(on) 早于纳入培养的 \(started)：请核对",
                en: "converted on \(on), before the start of \(started): check the dates")
        },
        Guard("R-LD-09", on: CultivationConverted.self) { event, judging in
            let state = try judging.state(CultivationState.self, judging.fact.streamIdentity)
            try requireProof(event, state, judging)
            try requireFirstDirection(state, judging)
        },
    ]

    private static func requireProof(
        _ event: CultivationConverted, _ state: CultivationState, _ judging: Judging
    ) throws {
        let id = FactID(bytes: event.provingEventID)
        let named = id?.description ?? "-"
        guard let id, let fact = try effective(id, person: state.person, judging) else {
            throw judging.refusal(
                [DecidingFact("proving_event_id", named), DecidingFact("person", state.person)],
                zh: "证明事实 \(named) 不存在、已作废或与 \(state.person) 无关：请引用本人的批准、认定、任职或当选",
                en: "the proving fact \(named) does not exist, is void or does not concern "
                    + "\(state.person): name an approval, recognition, appointment or election of "
                    + "that person")
        }
        try judging.require(
            proves(fact.payload, fact.streamIdentity, state),
            [DecidingFact("proving_event", fact.type.name), DecidingFact("person", state.person)],
            zh: "“\(fact.type.zh)”不能证明 \(state.person) 在该方向的转化：请引用相应的批准、认定、任职或当选",
            en: "\(fact.type.name) does not prove this direction for \(state.person): name the "
                + "approval, recognition, appointment or election that does")
        guard let started = state.startedOn else { return }
        try judging.require(
            fact.validDay >= started,
            [DecidingFact("proved_on", fact.validDay), DecidingFact("started_on", started)],
            zh: "证明事实发生于 \(fact.validDay)，早于纳入培养的 \(started)：转化须由培养之后的事实证明",
            en: "the proving fact is of \(fact.validDay), before the cultivation began on "
                + "\(started): it has to come after")
    }

    /// A fact about a person as it stands: corrected, and not void.
    private static func effective(
        _ id: FactID, person: String, _ judging: Judging
    ) throws -> Fact? {
        try judging.office.facts(tag: "person-\(person)").first { $0.id == id }
    }

    private static func proves(
        _ payload: EventPayload, _ identity: String, _ state: CultivationState
    ) -> Bool {
        switch (state.direction, payload) {
        case (.backboneToMember, .probationaryMemberApproved),
            (.backboneToMember, .memberConverted):
            return identity == state.person
        case (.memberToBackbone, .postAppointed(let event)):
            return event.person == state.person && backbonePosts.contains(event.postKind)
        case (.memberBackboneToReserveCadre, .postAppointed(let event)):
            return event.person == state.person
                && (event.postKind == .reserveCadre || backbonePosts.contains(event.postKind))
        case (.headToSecretary, .postAppointed(let event)):
            return event.person == state.person && event.postKind == .secretary
        case (.headToSecretary, .branchElectionHeld(let event)):
            return event.elected.contains {
                $0.person == state.person && $0.post == .secretary
            }
        case (.secretaryToHead, .postAppointed(let event)):
            return event.person == state.person
                && (event.postKind == .departmentHead || event.postKind == .deputyHead)
        default:
            return false
        }
    }

    private static let backbonePosts: [PostAppointed.PostKind] = [
        .departmentHead, .deputyHead, .middleCadre, .director,
    ]

    private static func requireFirstDirection(
        _ state: CultivationState, _ judging: Judging
    ) throws {
        let opposite: CultivationStarted.Direction
        switch state.direction {
        case .headToSecretary: opposite = .secretaryToHead
        case .secretaryToHead: opposite = .headToSecretary
        default: return
        }
        let other = try judging.office.cultivations(of: state.person).first {
            $0.stage == .converted && $0.direction == opposite
        }
        if let other {
            throw judging.refusal(
                [DecidingFact("person", state.person), DecidingFact("cultivation", other.id)],
                zh: "\(state.person) 已在相反方向转化（\(other.id)），已兼两种身份：不能再计一次首次转化",
                en: "\(state.person) already converted in the opposite direction (\(other.id)) and "
                    + "holds both roles: a second first conversion is not counted")
        }
    }
}
