import LMDB
import Synchronization

/// How far a model has come.
package struct ModelStatus: Equatable, Sendable {
    package let model: String
    /// Identity in the specification, for example `PJ-08`.
    package let id: String
    package let tables: [ModelTable]
    /// Everything up to here is folded in.
    package let position: UInt64
    /// Durable facts that are not.
    package let lag: UInt64
    /// Why it does not go on; nil when all is well.
    package let parked: String?
    /// Position of a new build beside the serving one; nil when there is none.
    package let rebuiltTo: UInt64?
    /// Entries of its content.
    package let entries: Int64
}

/// The state of the views as a whole.
package struct ViewsStatus: Sendable {
    package let position: UInt64
    package let lag: UInt64
    /// Why the views cannot be written at the moment; nil when all is well.
    package let trouble: String?
    /// Facts that this version could not understand and left out.
    package let unreadable: UInt64
    /// Bytes of the environment's file in use, and how far it may grow.
    package let bytes: Int
    package let mapBytes: Int
    /// The read models, and first the registry that they look things up in.
    package let models: [ModelStatus]
}

extension ModelEngine {
    /// The gauges of this moment.
    ///
    /// - Throws: `LMDBError`.
    package func status() throws -> ViewsStatus {
        let state = state.withLock { $0 }
        let head = feed.head
        let info = try store.environment.info
        func lag(_ position: UInt64) -> UInt64 { head > position ? head - position : 0 }
        let models = allModels.map { model in
            let serving = state.serving(model.name)
            let building = state.generations.last {
                $0.model == model.name && $0.role == .building
            }
            let position = serving?.position ?? 0
            return ModelStatus(
                model: model.name, id: model.id, tables: model.tables, position: position,
                lag: lag(position), parked: serving?.parked ?? building?.parked,
                rebuiltTo: building?.position, entries: serving?.entries ?? 0)
        }
        return ViewsStatus(
            position: state.position, lag: lag(state.position),
            trouble: trouble.withLock { $0 }, unreadable: state.unreadable,
            bytes: info.usedBytes, mapBytes: info.mapSize, models: models)
    }

    /// A fingerprint of everything that a model has stored for queries: equal logs give equal
    /// fingerprints, however the facts were batched.
    ///
    /// - Throws: `ModelFault`, `LMDBError`.
    package func contentHash(_ name: String) throws -> [UInt8] {
        guard let model = model(named: name) else { throw ModelFault.unknownModel(name) }
        return try store.environment.read { transaction in
            guard let generation = try storedState(in: transaction).serving(name) else {
                throw ModelFault.building(model: name)
            }
            var mixer = ContentMixer()
            try withContent(generation, model, nil, transaction) { shelf, services in
                func add(_ key: [UInt8], _ value: [UInt8]) -> Bool {
                    var writer = ByteWriter()
                    writer.blob(key)
                    writer.blob(value)
                    mixer.add(writer.bytes)
                    return true
                }
                try shelf.forEachEntry(add)
                try services.forEachKey(add)
            }
            return mixer.value
        }
    }
}
