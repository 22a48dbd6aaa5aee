/// Why a message or its JSON form does not fit the schema.
package struct SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of fault it is, for programs.
    package enum Kind: String, Sendable {
        /// The text is not JSON.
        case syntax
        /// The bytes are not protobuf.
        case malformed
        /// A required value is absent or empty.
        case missing
        /// A field or key that the schema does not know.
        case unknownField
        case unknownEnumValue
        case unknownType
        case wrongType
        /// A number outside its limits.
        case outOfRange
        /// A text, date or id of the wrong shape.
        case badFormat
        /// Fewer or more items than the schema allows.
        case itemCount
        /// A field, key or member that may stand once stands twice.
        case duplicate
        /// Two values that must agree do not.
        case disagreement
        case tooDeep
    }

    package let kind: Kind
    /// Where: "payload.items[3].due_on"; empty for the message itself.
    package private(set) var path: String
    /// What is wrong, as the rest of a sentence that begins with the path.
    package let problem: String
    /// The same in Chinese.
    package let problemZH: String
    /// The words that are allowed instead; empty when they are no list.
    package let allowed: [String]
    /// The allowed word that was probably meant.
    package let suggestion: String?

    package init(
        _ kind: Kind, path: String = "", _ problem: String, zh: String, allowed: [String] = [],
        suggestion: String? = nil
    ) {
        self.kind = kind
        self.path = path
        self.problem = problem
        problemZH = zh
        self.allowed = allowed
        self.suggestion = suggestion
    }

    /// The same error seen from the message around it.
    package func inside(_ name: String) -> SchemaError {
        var error = self
        error.path =
            if path.isEmpty { name } else if path.hasPrefix("[") { name + path } else {
                "\(name).\(path)"
            }
        return error
    }

    /// The same error of a field whose JSON form has another name.
    func renamed(_ name: String, _ other: String) -> SchemaError {
        guard path.hasPrefix(name) else { return self }
        var error = self
        error.path = other + path.dropFirst(name.count)
        return error
    }

    /// The same error in an item of a repeated field, from 0.
    package func inside(item index: Int) -> SchemaError { inside("[\(index)]") }

    package var description: String {
        var text = path.isEmpty ? problem : "\(path) \(problem)"
        if !allowed.isEmpty { text += "; allowed are \(allowed.joined(separator: ", "))" }
        if let suggestion { text += "; did you mean \(suggestion)?" }
        return text
    }

    /// The same in Chinese, for the office.
    package var zh: String {
        var text = path.isEmpty ? problemZH : "\(path) \(problemZH)"
        if !allowed.isEmpty { text += "；可用的值：\(allowed.joined(separator: "、"))" }
        if let suggestion { text += "；是否想写 \(suggestion)？" }
        return text
    }
}

extension SchemaError {
    /// From bytes that are not protobuf.
    init(_ error: WireError) {
        self.init(.malformed, error.description, zh: "不是合法的 protobuf：\(error.zh)")
    }

    /// From a text that is not JSON.
    package init(_ error: JSONError) {
        self.init(.syntax, error.description, zh: "不是合法的 JSON：\(error.description)")
    }
}
