package import EventLog
package import PartyBuilding
import Schema
package import Wire

/// How failures of recording, reading and querying are told to a client: code, sentence, and
/// details for a program.
package enum FailureStatus {
    /// Whose word a reason is.
    package static let rulesDomain = "taizhang.rules"
    package static let logDomain = "taizhang.log"
    package static let schemaDomain = "taizhang.schema"
    package static let queryDomain = "taizhang.query"

    /// The status of a failed append.
    package static func of(_ failure: AppendFailure) -> WireStatus {
        switch failure {
        case .refused(let error):
            return of(error: error)
        case .wrongExpectedVersion(let stream, let expected, let actual):
            return status(
                .aborted, "WRONG_EXPECTED_VERSION", "R-GEN-09",
                zh: "流 \(stream) 现有 \(actual) 条事实，与期望的版本（\(text(expected))）不符：请重新读取后再提交",
                en: "stream \(stream) has \(actual) facts; the append expected \(text(expected)): "
                    + "read it again and retry",
                ["stream": stream, "actual": "\(actual)", "expected": text(expected)])
        case .conditionFailed(let position):
            return status(
                .aborted, "CONDITION_FAILED", "",
                zh: "位置 \(position) 的事实符合条件所排除的查询：请重新读取后再提交",
                en: "the fact at position \(position) matches what the condition excludes: "
                    + "read again and retry",
                ["position": "\(position)"])
        case .idReused(let id):
            return status(
                .alreadyExists, "ID_REUSED", "R-GEN-01",
                zh: "event_id \(id) 已用于内容不同的事实：请换用新的编号",
                en: "event id \(id) was used for a fact with other content: use a new id",
                ["event_id": "\(id)"])
        case .mixedIDs(let id):
            return status(
                .invalidArgument, "MIXED_IDS", "R-GEN-01",
                zh: "同一次提交里既有已入账的（\(id)）又有新的 event_id：请分开提交",
                en: "one call mixes an event id that is recorded (\(id)) with new ones: "
                    + "send them apart",
                ["event_id": "\(id)"])
        case .invalid(let text):
            return status(.invalidArgument, "INVALID", "", zh: text, en: text)
        case .tooLarge(let bytes, let limit):
            return status(
                .resourceExhausted, "TOO_LARGE", "",
                zh: "事实过大：\(bytes) 字节，上限 \(limit) 字节",
                en: "the fact is too large: \(bytes) bytes, the limit is \(limit)",
                ["bytes": "\(bytes)", "limit": "\(limit)"])
        case .overloaded:
            var overloaded = status(
                .resourceExhausted, "OVERLOADED", "", zh: "等待入账的事实过多：请稍后再试",
                en: "too many facts are waiting to be recorded: try again")
            overloaded.details.append(.retry(afterMs: 100))
            return overloaded
        case .full(let store):
            return status(
                .resourceExhausted, "STORAGE_FULL", "",
                zh: "存储空间已满（\(store.rawValue)）：没有记入，腾出磁盘空间后可继续",
                en: "the storage is full (\(store.rawValue)): nothing was recorded; free disk "
                    + "space and go on",
                ["store": store.rawValue])
        case .stopped(let reason):
            return status(
                .unavailable, "STOPPED", "",
                zh: "账簿已停止接收（\(reason)）：请重启服务，启动时会核验末尾",
                en: "the ledger has stopped accepting facts (\(reason)): restart the server, which "
                    + "verifies the tail",
                ["cause": reason])
        case .unknownOutcome(let reason):
            return status(
                .unknown, "UNKNOWN_OUTCOME", "",
                zh: "不能确定是否已记入（\(reason)）：请用相同的 event_id 重新提交",
                en: "it is not known whether it was recorded (\(reason)): "
                    + "send it again with the same event id",
                ["cause": reason])
        case .closed:
            return closing
        case .storage(let error):
            return of(error: error)
        }
    }

    /// The status of any other error.
    ///
    /// - Parameter index: which fact of a call it is about, from 0.
    package static func of(error: any Error, index: Int = 0) -> WireStatus {
        switch error {
        case let status as WireStatus:
            return status
        case let refusal as Refusal:
            return of(refusal, index: index)
        case let error as SchemaError:
            return schema(
                zh: error.zh, en: "\(error)", ["index": "\(index)", "path": error.path])
        case let error as FactDecodingError:
            return schema(zh: "\(error)", en: "\(error)", ["index": "\(index)"])
        case let failure as AppendFailure:
            return of(failure)
        case EventLogError.closed:
            return closing
        case EventLogError.damaged(let position, let what):
            return status(
                .dataLoss, "DAMAGED", "", zh: "位置 \(position) 的数据已损坏：\(what)",
                en: "the bytes at position \(position) are damaged: \(what)",
                ["position": "\(position)"])
        default:
            return status(.internal, "INTERNAL", "", zh: "服务内部错误：\(error)", en: "\(error)")
        }
    }

    private static func schema(
        zh: String, en: String, _ values: KeyValuePairs<String, String>
    ) -> WireStatus {
        status(
            .invalidArgument, "SCHEMA", "", zh: "内容不合规范：\(zh)", en: en, values,
            domain: schemaDomain)
    }

    /// A rule's refusal with its deciding numbers.
    package static func of(_ refusal: Refusal, index: Int = 0) -> WireStatus {
        var metadata = texts(zh: refusal.text.zh, en: refusal.text.en)
        metadata = metadata.adding("index", "\(index)")
        for fact in refusal.facts { metadata = metadata.adding("fact.\(fact.name)", fact.value) }
        return WireStatus(
            .failedPrecondition, "\(refusal.rule): \(refusal.text.en)",
            details: [
                .info(
                    ErrorInfo(
                        code: refusal.rule, reason: "REFUSED", domain: rulesDomain,
                        metadata: metadata))
            ])
    }

    /// A status with its texts in both languages.
    package static func status(
        _ code: StatusCode, _ reason: String, _ rule: String, zh: String, en: String,
        _ values: KeyValuePairs<String, String> = [:], domain: String = logDomain
    ) -> WireStatus {
        var metadata = texts(zh: zh, en: en)
        for (key, value) in values { metadata = metadata.adding(key, value) }
        return WireStatus(
            code, en,
            details: [
                .info(ErrorInfo(code: rule, reason: reason, domain: domain, metadata: metadata))
            ])
    }

    /// The server is stopping.
    static let closing = WireStatus(
        .unavailable, "the server is shutting down",
        details: [
            .info(
                ErrorInfo(
                    reason: "CLOSING", domain: logDomain,
                    metadata: texts(zh: "服务正在停止", en: "the server is shutting down")))
        ])

    private static func texts(zh: String, en: String) -> Metadata {
        Metadata().adding("zh", zh).adding("en", en)
    }

    private static func text(_ expected: LogExpectedVersion) -> String {
        switch expected {
        case .any: "any"
        case .none: "none"
        case .exists: "exists"
        case .exactly(let version): "\(version)"
        }
    }
}
