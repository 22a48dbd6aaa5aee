import EventLog
import LogFormat
import ReadModels
import Schema
import Wire

/// Tells how the server is.
enum StatusService {
    static func status(
        _ ledger: Ledger, _ softwareVersion: String, _ figures: ServerFigures,
        _ responder: Responder
    ) throws(WireStatus) {
        do {
            let log = try ledger.log.status()
            var response = StatusResponse()
            response.softwareVersion = softwareVersion
            response.ledgerID = .init(log.identity.id.bytes)
            response.createdAtUs = log.identity.createdAt
            response.nowUs = ledger.now
            response.headPosition = log.head.value
            response.rootHash = .init(log.root.bytes)
            response.indexPosition = log.indexCheckpoint.value
            response.logBytes = UInt64(clamping: log.logBytes)
            response.indexBytes = UInt64(clamping: log.indexBytes)
            let views = try ledger.models.status()
            response.viewsBytes = UInt64(clamping: views.bytes)
            response.connections = UInt32(clamping: figures.connections)
            response.factsRecorded = ledger.counters.recorded
            response.factsRefused = ledger.counters.refused
            response.stoppedReason = log.stopped ?? ""
            response.models = views.models.map { model in
                var message = Schema.ModelStatus()
                message.model = model.model
                message.position = model.position
                message.lag = model.lag
                message.parkedReason = model.parked ?? views.trouble ?? ""
                return message
            }
            response.sealedPosition = log.sealedThrough.value
            response.sealing = log.isSealing
            response.sealingFault = log.sealingFault ?? ""
            responder.reply(try response.encoded())
        } catch {
            throw FailureStatus.of(error: error)
        }
    }
}
