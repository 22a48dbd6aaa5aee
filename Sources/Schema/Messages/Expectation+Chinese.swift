extension FieldDescriptor {
    /// What the JSON value has to be, in Chinese.
    package func expectationZH(in message: MessageDescriptor) -> String {
        switch kind {
        case .bool: return " true 或 false"
        case .double: return "数字"
        case .string:
            if subjectInFull { return "对象全名，如 \"branch-b1\"" }
            return subject == nil ? "文本" : "编号"
        case .bytes: return format == .uuid ? " UUID" : "十六进制文本"
        case .enumeration:
            return "下列之一：" + (enumeration?.words ?? []).joined(separator: "、")
        case .message:
            return self.message?.expectationZH ?? "对象"
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64:
            switch format {
            case .date: return "日期，如 \"2019-07-31\""
            case .yearMonth: return "月份，如 \"2019-07\""
            case .quarter: return "季度，如 \"2019Q2\""
            case .year: return "年份，如 2019"
            case .instant: return "时刻，如 \"2019-07-31T09:00:00+08:00\""
            case .uuid, .hex, nil:
                if message.shape == .period { return "半年，如 \"2019H1\"" }
                return unit.map { "整数（\($0)）" } ?? "整数"
            }
        }
    }

    /// The same for the whole field, a repeated one included.
    package func wholeExpectationZH(in message: MessageDescriptor) -> String {
        guard isRepeated else { return expectationZH(in: message) }
        return isJSONObject ? "对象" : "数组，每项为\(expectationZH(in: message))"
    }
}

extension MessageDescriptor {
    /// What the JSON form of the message has to be, in Chinese.
    package var expectationZH: String {
        switch shape {
        case .plain: "对象"
        case .moment:
            "文本，如 \"2019-07-31\"、\"2019-07\"、\"2019Q2\"、\"2019\" 或 "
                + "\"2019-07-31T09:00:00+08:00\""
        case .period: "文本，如 \"2019\"、\"2019H1\"、\"2019Q2\" 或 \"2019-06\""
        case .docRef: "含 DocRef 字段的对象，或作为标题的文本"
        case .evidenceRef: "含 EvidenceRef 字段的对象，或文本（SHA-256 或说明）"
        }
    }
}
