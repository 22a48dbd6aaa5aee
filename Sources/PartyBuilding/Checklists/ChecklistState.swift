package import Schema

/// One checklist with the state of its items.
package struct ChecklistState: Aggregate {
    package static let subject = "checklist"
    package static let types: [EventType]? = [
        .checklistAdopted, .checklistItemCompleted, .checklistItemVerified,
    ]

    package struct Item: Sendable {
        package let owner: String
        package let dueOn: LocalDate?
        package var state = ChecklistItemState.open
        package var completedOn: LocalDate?
    }

    package let id: String
    package private(set) var adoption: ChecklistAdopted?
    package private(set) var items: [String: Item] = [:]

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .checklistAdopted(let event):
            adoption = event
            items = [:]
            for item in event.items {
                items[item.itemID] = Item(
                    owner: item.owner,
                    dueOn: item.hasDueOn ? LocalDate(yyyymmdd: item.dueOn) : nil)
            }
        case .checklistItemCompleted(let event):
            if take(.completed, event.itemID) { items[event.itemID]?.completedOn = fact.validDay }
        case .checklistItemVerified(let event):
            take(event.verdict == .pass ? .verified : .returned, event.itemID)
        default: break
        }
    }

    @discardableResult
    private mutating func take(_ step: ChecklistItemState.Step, _ item: String) -> Bool {
        guard let next = items[item]?.state.after(step) else { return false }
        items[item]?.state = next
        return true
    }
}
