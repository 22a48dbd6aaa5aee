import NIOCore

/// Reading with a fault instead of nil, so that a decoder reads like the layout it decodes.
extension ByteBuffer {
    mutating func take<T: FixedWidthInteger>() throws(ProtocolFault) -> T {
        guard let value = readInteger(as: T.self) else { throw ProtocolFault(.truncatedBody) }
        return value
    }

    mutating func take(bytes count: Int) throws(ProtocolFault) -> ByteBuffer {
        guard let slice = readSlice(length: count) else { throw ProtocolFault(.truncatedBody) }
        return slice
    }

    mutating func takeText(length: Int) throws(ProtocolFault) -> String {
        let bytes = try take(bytes: length)
        guard let text = bytes.validText else { throw ProtocolFault(.badText) }
        return text
    }

    mutating func takeStatusCode() throws(ProtocolFault) -> StatusCode {
        let number: UInt8 = try take()
        guard let code = StatusCode(rawValue: number) else {
            throw ProtocolFault(.badValue, "status code \(number)")
        }
        return code
    }

    mutating func takeSoftware() throws(ProtocolFault) -> String {
        let length = Int(try take() as UInt8)
        guard length <= Limits.softwareBytesMax else {
            throw ProtocolFault(.badValue, "software name of \(length) bytes")
        }
        return try takeText(length: length)
    }

    mutating func takeMethod() throws(BodyFlaw) -> String {
        let bytes = try BodyFlaw.structural { () throws(ProtocolFault) in
            try take(bytes: Int(try take() as UInt8))
        }
        guard (1...Limits.methodBytesMax).contains(bytes.readableBytes),
            let method = bytes.methodName
        else {
            throw .refusal(
                reason: "BAD_METHOD",
                "a method name is 1 to \(Limits.methodBytesMax) of A-Z a-z 0-9 . / _ -")
        }
        return method
    }

    /// The readable bytes as a method's name, nil when there are others than it may have.
    private var methodName: String? {
        let isPlain = withUnsafeReadableBytes { bytes in
            bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default:
                    false
                }
            }
        }
        return isPlain ? getString(at: readerIndex, length: readableBytes) : nil
    }

    mutating func takeMetadata() throws(BodyFlaw) -> Metadata {
        var metadata = Metadata()
        let count = Int(
            try BodyFlaw.structural { () throws(ProtocolFault) in
                try take() as UInt16
            })
        guard count <= Limits.metadataPairsMax else {
            throw MetadataFlaw.tooManyPairs.asBodyFlaw
        }
        for _ in 0..<count {
            let (key, value) = try BodyFlaw.structural { () throws(ProtocolFault) in
                (
                    try take(bytes: Int(try take() as UInt8)),
                    try take(bytes: Int(try take() as UInt16))
                )
            }
            guard let keyText = key.validText else { throw MetadataFlaw.badKey.asBodyFlaw }
            guard let valueText = value.validText else { throw MetadataFlaw.badValue.asBodyFlaw }
            do { try metadata.add(keyText, valueText) } catch { throw error.asBodyFlaw }
        }
        return metadata
    }

    mutating func takeMetadataOrFault() throws(ProtocolFault) -> Metadata {
        do { return try takeMetadata() } catch { throw error.asFault }
    }

    /// The text of the readable bytes, nil unless they are UTF-8.
    var validText: String? {
        String(validating: readableBytesView, as: UTF8.self)
    }
}

extension MetadataFlaw {
    fileprivate var asBodyFlaw: BodyFlaw {
        let text =
            switch self {
            case .tooManyPairs: "more than \(Limits.metadataPairsMax) pairs of metadata"
            case .tooLarge: "more than \(Limits.metadataBytesMax) bytes of metadata"
            case .badKey: "a metadata key is 1 to \(Limits.metadataKeyBytesMax) of a-z 0-9 . _ -"
            case .duplicateKey: "a metadata key occurs twice"
            case .badValue: "a metadata value is not UTF-8"
            }
        return .refusal(reason: rawValue, text)
    }
}
