/// Why bytes are not a protobuf message.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong at the offset.
    package enum Problem: Equatable, Sendable {
        /// The bytes end inside a field.
        case truncated
        /// A varint of more than ten bytes, or one that does not fit 64 bits.
        case varintTooLong
        /// Field number 0, or above 2^29 − 1.
        case fieldNumber
        /// A wire type other than varint, 64 bits, length-delimited and 32 bits.
        case wireType(UInt8)
    }

    package let problem: Problem
    /// Offset in the whole array, not in the part that was walked.
    package let offset: Int

    package init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// The same in Chinese.
    package var zh: String {
        switch problem {
        case .truncated: "第 \(offset) 字节处字段不完整"
        case .varintTooLong: "第 \(offset) 字节处的数超过 64 位"
        case .fieldNumber: "第 \(offset) 字节处的字段编号不存在"
        case .wireType(let type): "第 \(offset) 字节处的编码类型 \(type) 不存在"
        }
    }

    package var description: String {
        switch problem {
        case .truncated: "ends inside a field at byte \(offset)"
        case .varintTooLong: "has a number of more than 64 bits at byte \(offset)"
        case .fieldNumber: "has a field number that does not exist at byte \(offset)"
        case .wireType(let type): "has the unknown wire type \(type) at byte \(offset)"
        }
    }
}
