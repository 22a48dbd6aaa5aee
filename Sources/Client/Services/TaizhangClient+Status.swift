import Schema

/// The state of a server and its ledger.
public struct LedgerStatus: Sendable, Equatable {
    /// The ledger's identity, a UUID.
    public let ledger: String
    /// Version of the server's software.
    public let software: String
    /// The last durable position.
    public let head: UInt64
    /// Why no more events are accepted; nil while they are.
    public let stoppedReason: String?
    /// Everything that the server says, as JSON.
    public let json: String

    init(_ bytes: [UInt8]) throws(TaizhangError) {
        let response = try StatusResponse.answer(bytes)
        ledger = UUIDForm.text([UInt8](response.ledgerID))
        software = response.softwareVersion
        head = response.headPosition
        stoppedReason = response.stoppedReason.isEmpty ? nil : response.stoppedReason
        guard let descriptor = MessageDescriptor.named("taizhang.services.v1.StatusResponse") else {
            throw TaizhangError(.internal, "the schema has no StatusResponse")
        }
        do { json = try MessageJSON.encode(descriptor, bytes).text() } catch {
            throw TaizhangError(.internal, "the server's answer cannot be read: \(error)")
        }
    }
}

extension TaizhangClient {
    /// Asks how the server and its ledger are.
    public func status(options: CallOptions = CallOptions()) async throws -> LedgerStatus {
        var options = options
        options.isRepeatable = true
        return try LedgerStatus(
            try await call(
                "taizhang.services.v1.Status/Status", StatusRequest().wireBytes, options: options))
    }
}
