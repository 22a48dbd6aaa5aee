import Client
import Schema

/// Calls to the server with the schema's messages, and failures as texts and exit codes.
struct LedgerConnection {
    let client: TaizhangClient
    private let address: ServerAddress
    private let timeout: Duration

    /// Names of the server's methods.
    enum Method: String {
        case record = "taizhang.services.v1.Record/Record"
        case importFacts = "taizhang.services.v1.Record/Import"
        case read = "taizhang.services.v1.Read/Read"
        case subscribe = "taizhang.services.v1.Read/Subscribe"
        case query = "taizhang.services.v1.Query/Query"
        case watch = "taizhang.services.v1.Query/Watch"
        case status = "taizhang.services.v1.Status/Status"
        case verify = "taizhang.services.v1.Status/Verify"
    }

    /// Runs a command's work with a connection, which is closed afterwards.
    static func with<Result>(
        _ options: ConnectionOptions, _ work: (LedgerConnection) async throws -> Result
    ) async throws -> Result {
        let address = try options.address()
        guard options.timeout > 0, options.timeout.isFinite else {
            throw CommandFailure(
                .usage, zh: "--timeout 必须是正数", en: "--timeout must be a positive number of seconds")
        }
        var settings = ClientOptions()
        settings.software = "taizhang-cli"
        settings.retriesMax = 2
        do {
            let client = try await TaizhangClient.connect(
                host: address.host, port: address.port, options: settings)
            let connection = LedgerConnection(
                client: client, address: address,
                timeout: .milliseconds(Int64(options.timeout * 1_000)))
            do {
                let result = try await work(connection)
                await client.close()
                return result
            } catch {
                await client.close()
                throw error
            }
        } catch let error as TaizhangError {
            throw CommandFailure(error, address)
        }
    }

    func unary<Request: RequestMessage, Answer: RequestMessage>(
        _ method: Method, _ request: Request, as type: Answer.Type,
        metadata: [String: String] = [:], isRepeatable: Bool = true
    ) async throws -> Answer {
        let bytes = try await client.call(
            method.rawValue, try request.encoded(),
            options: CallOptions(
                deadline: timeout, metadata: metadata, isRepeatable: isRepeatable))
        return try Answer(decoding: bytes)
    }

    /// Calls `body` with every answer of a stream until it says to stop or the stream ends.
    ///
    /// - Parameter resume: makes the request that goes on behind an answer when the connection is
    ///   lost.
    func stream<Request: RequestMessage, Answer: RequestMessage>(
        _ method: Method, _ request: Request, as type: Answer.Type, hasDeadline: Bool,
        resume: (@Sendable (Answer) -> Request)? = nil,
        _ body: (Answer) async throws -> Bool
    ) async throws {
        var resumption: (@Sendable ([UInt8]) -> [UInt8])?
        if let resume {
            resumption = { (bytes: [UInt8]) -> [UInt8] in
                // What arrived was decoded before; a message that is none cannot be resumed from.
                guard let last = try? Answer(decoding: bytes) else { return [] }
                return resume(last).wireBytes
            }
        }
        let messages = client.stream(
            method.rawValue, try request.encoded(),
            options: CallOptions(deadline: hasDeadline ? timeout : nil), resume: resumption)
        for try await bytes in messages {
            if try await !body(try Answer(decoding: bytes)) { return }
        }
    }

    /// A failed call as a text and an exit code.
    func failure(_ error: TaizhangError) -> CommandFailure {
        CommandFailure(error, address)
    }

    func exchange(_ method: Method, metadata: [String: String]) async throws -> Exchange {
        try await client.exchange(method.rawValue, options: CallOptions(metadata: metadata))
    }
}

extension CommandFailure {
    /// A failed call: the server's own texts where it gave them, and what to do.
    init(_ error: TaizhangError, _ address: ServerAddress) {
        let rule = error.detail.map { $0.code.isEmpty ? "" : "\($0.code)  " } ?? ""
        let zh = rule + (error.detail?.values["zh"] ?? error.message)
        let en = rule + (error.detail?.values["en"] ?? error.message)
        switch error.code {
        case .unavailable where error.details.isEmpty:
            self.init(
                .unavailable,
                zh: "连不上服务 \(address.host):\(address.port)（\(error.message)）。"
                    + "请先运行 taizhang serve，或用 --server 指定地址",
                en: "the server is unavailable: \(error.message). "
                    + "Start it with taizhang serve, or name it with --server")
        default:
            self.init(CommandFailure.status(error), zh: zh, en: en)
        }
    }

    static func status(_ error: TaizhangError) -> ExitStatus {
        switch error.code {
        case .cancelled: .interrupted
        case .invalidArgument where error.detail?.reason == "QUERY": .usage
        case .invalidArgument, .alreadyExists: .dataDamaged
        case .failedPrecondition: .negativeResult
        case .notFound: .notFound
        case .permissionDenied, .unauthenticated: .denied
        case .aborted, .deadlineExceeded, .unknown: .retry
        case .resourceExhausted:
            error.detail?.reason == "STORAGE_FULL" ? .inputOutput : .retry
        case .unavailable: .unavailable
        case .dataLoss: .dataDamaged
        case .unimplemented, .outOfRange: .protocolError
        default: .internalError
        }
    }
}
