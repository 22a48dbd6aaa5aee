/// A JSON value (RFC 8259) that keeps what matters here: the order of members and whole numbers
/// exactly.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as its text.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The members of an object literal in their order.
    package static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members.map { JSONObject.Member(key: $0.key, value: $0.value) }))
    }

    package var isNull: Bool { self == .null }

    /// The text of a string, nil for every other kind.
    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a whole number, nil for every other kind.
    package var integerValue: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The value of true or false, nil for every other kind.
    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements of an array, nil for every other kind.
    package var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object, nil for every other kind.
    package var objectValue: JSONObject? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member of an object, nil when it is absent or this is no object.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// What the value is, for messages: "a text", "a whole number", …
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .decimal: "a number"
        case .string: "a text"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The members of a JSON object in their order.
package struct JSONObject: Equatable, Sendable {
    package struct Member: Equatable, Sendable {
        package var key: String
        package var value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    package private(set) var members: [Member]

    /// - Parameter members: with keys that differ.
    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var count: Int { members.count }
    package var keys: [String] { members.map(\.key) }

    /// The value of a member. Setting replaces it in its place or appends it; nil removes it.
    /// Linear in the number of members.
    package subscript(key: String) -> JSONValue? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Adds a member at the end; its key must not be there yet.
    package mutating func append(_ key: String, _ value: JSONValue) {
        members.append(Member(key: key, value: value))
    }
}
