import LMDB
import PartyBuilding

extension ModelEngine {
    /// Whether an organisation is registered, on whatever day, as far as the views have come.
    ///
    /// - Throws: `ModelFault` while the registry is being built or is parked, `LMDBError`.
    package func knowsOrganisation(_ id: String) throws -> Bool {
        try store.environment.read { transaction in
            let state = try storedState(in: transaction)
            guard let generation = state.serving(registry.name) else {
                throw ModelFault.building(model: registry.name)
            }
            if let reason = generation.parked {
                throw ModelFault.parked(model: registry.name, reason: reason)
            }
            var isKnown = false
            try withContent(generation, registry, nil, transaction) { shelf, _ in
                let end = LocalDate(yyyymmdd: 9999_12_31) ?? LocalDate(dayNumber: 0)
                isKnown = try shelf.row(EntityKey(RegistryModel.orgKind, id), asOf: end) != nil
            }
            return isKnown
        }
    }
}
