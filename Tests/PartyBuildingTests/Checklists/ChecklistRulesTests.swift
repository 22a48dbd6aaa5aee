import PartyBuilding
import Schema
import Testing

@Suite struct ChecklistRulesTests {
    private let office: PartyOffice
    private let stream = "checklist-yq-project"

    init() throws {
        office = try PartyOffice()
    }

    private func item(
        _ id: String, owner: String = "p1", due: Int32? = 2019_06_30, roleClass: String? = nil
    ) -> ChecklistAdopted.Item {
        filled(ChecklistAdopted.Item()) {
            $0.itemID = id
            $0.title = "第 \(id) 项"
            $0.owner = owner
            if let due { $0.dueOn = due }
            if let roleClass { $0.roleClass = roleClass }
        }
    }

    private func list(
        _ kind: ChecklistAdopted.Kind, _ items: [ChecklistAdopted.Item],
        holder: String = "branch-yq-b1"
    ) -> ChecklistAdopted {
        filled(ChecklistAdopted()) {
            $0.kind = kind
            $0.holder = holder
            $0.period.year = 2019
            $0.items = items
        }
    }

    private func adopt(_ event: ChecklistAdopted, in stream: String) throws -> Refusal? {
        try office.refusal(event, in: stream) { $0.occurred = moment(2019_01_10) }
    }

    private func completed(_ id: String) throws -> Refusal? {
        let event = filled(ChecklistItemCompleted()) {
            $0.itemID = id
            $0.on = 2019_06_20
        }
        return try office.refusal(event, in: stream)
    }

    private func verified(
        _ id: String, by verifier: String = "p2", _ verdict: ChecklistItemVerified.Verdict = .pass,
        on day: Int32 = 2019_06_21
    ) throws -> Refusal? {
        let event = filled(ChecklistItemVerified()) {
            $0.itemID = id
            $0.on = day
            $0.verifier = verifier
            $0.verdict = verdict
        }
        return try office.refusal(event, in: stream)
    }

    /// G-YQ-03: the project list has 15 items.
    @Test func fifteenProjectItemsAreAdopted() throws {
        let event = list(.project, (1...15).map { item("i\($0)") })
        #expect(try adopt(event, in: stream) == nil)
        #expect(try office.office.aggregate(ChecklistState.self, "yq-project").items.count == 15)
        #expect(try adopt(event, in: stream)?.rule == "STATE-CHECKLIST")
    }

    /// X37.
    @Test func theOwnerDoesNotVerify() throws {
        try #require(try adopt(list(.project, [item("i1")]), in: stream) == nil)
        #expect(try verified("i1")?.rule == "STATE-CHECKLIST-ITEM", "not completed yet")
        #expect(try completed("i1") == nil)
        let own = try verified("i1", by: "p1")
        #expect(own?.rule == "R-CK-02")
        #expect(own?.facts.first == DecidingFact("verifier", "p1"))
        #expect(try verified("i1", on: 2019_06_19)?.rule == "INV-G05")
        #expect(try verified("i1") == nil)
        #expect(try verified("i1")?.rule == "STATE-CHECKLIST-ITEM")
        #expect(try completed("i1")?.rule == "STATE-CHECKLIST-ITEM")
    }

    @Test func aReturnedItemIsOpenAgain() throws {
        try #require(try adopt(list(.project, [item("i1")]), in: stream) == nil)
        #expect(try completed("i1") == nil)
        #expect(try completed("i1")?.rule == "STATE-CHECKLIST-ITEM")
        #expect(try verified("i1", .return) == nil)
        #expect(try completed("i1") == nil)
        #expect(try completed("i9")?.rule == "STATE-CHECKLIST-ITEM", "no such item")
    }

    @Test func itemsHaveWhatTheirListDemands() throws {
        func rule(_ kind: ChecklistAdopted.Kind, _ items: [ChecklistAdopted.Item]) throws -> String?
        {
            try adopt(list(kind, items), in: "checklist-yq-\(kind.rawValue)")?.rule
        }
        #expect(try rule(.project, [item("i1", due: nil)]) == "R-CK-01")
        #expect(try rule(.problem, [item("i1", due: nil)]) == "R-CK-01")
        #expect(try rule(.power, [item("i1", due: nil)]) == "R-CK-01")
        #expect(try rule(.project, [item("i1", owner: " ")]) == "R-CK-01")
        #expect(try rule(.project, [item("i1"), item("i1")]) == "INV-G02")
        #expect(try rule(.power, [item("i1", due: nil, roleClass: "院长、书记")]) == nil)
        #expect(try rule(.responsibility, [item("i1", due: nil)]) == nil)
        let held = list(.policy, [item("i1")], holder: "brand-yq")
        #expect(try adopt(held, in: "checklist-yq-x")?.rule == "INV-G02")
    }

    @Test func anUndatedWorkItemIsFlagged() throws {
        let admission = try office.record(
            list(.work, [item("i1", due: nil)]), in: "checklist-yq-work"
        ) { $0.occurred = moment(2019_01_10) }
        #expect(admission.warnings.map(\.rule) == ["R-CK-01"])
    }
}
