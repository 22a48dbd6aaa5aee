import Crypto
import Foundation
import Glibc
import Schema

/// Reads NDJSON lines of facts from files or standard input, one line at a time.
struct LineSource {
    let name: String
    /// Bytes of the file; 0 when unknown (standard input).
    let size: UInt64
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private(set) var line = 0
    private(set) var bytesRead: UInt64 = 0

    /// A line longer than this is no fact.
    static let lineBytesMax = 8 << 20

    /// - Parameter path: a file's path, or `-` for standard input.
    init(_ path: String) throws {
        if path == "-" {
            name = "stdin"
            size = 0
            handle = FileHandle.standardInput
            return
        }
        name = path
        guard let opened = FileHandle(forReadingAtPath: path) else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .notFound, zh: "不能读取文件 \(path)：\(reason)",
                en: "cannot read the file \(path): \(reason)")
        }
        handle = opened
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        size = (attributes?[.size] as? UInt64) ?? 0
        if (attributes?[.type] as? FileAttributeType) == .typeDirectory {
            throw CommandFailure(
                .usage, zh: "\(path) 是目录：请给出 NDJSON 文件",
                en: "\(path) is a directory: name NDJSON files")
        }
    }

    /// The next line without its end, nil at the end; empty lines are passed over.
    ///
    /// - Parameter isOver: asked now and then while a pipe has nothing to read: whether to give up.
    mutating func next(isOver: () -> Bool = { false }) throws -> [UInt8]? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let found = Array(buffer[start..<end])
                start = end + 1
                line += 1
                if let trimmed = Self.trimmed(found) { return trimmed }
                continue
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                let found = Array(buffer[start...])
                start = buffer.count
                line += 1
                return Self.trimmed(found)
            }
            try fill(isOver)
        }
    }

    private mutating func fill(_ isOver: () -> Bool) throws {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        guard buffer.count <= Self.lineBytesMax else {
            throw CommandFailure(
                .dataDamaged, zh: "\(name):\(line + 1) 这一行超过 \(Self.lineBytesMax) 字节，不是事实",
                en: "\(name):\(line + 1): the line is longer than \(Self.lineBytesMax) bytes; "
                    + "that is no fact")
        }
        var waiting = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, 200) == 0 {
            if isOver() {
                isAtEnd = true
                return
            }
        }
        // What is there is taken at once: a pipe may be slow, its lines shall not wait.
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        var count = read(handle.fileDescriptor, &chunk, chunk.count)
        while count < 0, errno == EINTR { count = read(handle.fileDescriptor, &chunk, chunk.count) }
        guard count >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .inputOutput, zh: "读取 \(name) 失败：\(reason)", en: "reading \(name) failed: \(reason)"
            )
        }
        guard count > 0 else {
            isAtEnd = true
            return
        }
        bytesRead += UInt64(count)
        buffer.append(contentsOf: chunk[..<count])
    }

    private static func trimmed(_ line: [UInt8]) -> [UInt8]? {
        var end = line.count
        while end > 0, line[end - 1] == UInt8(ascii: "\r") || line[end - 1] == UInt8(ascii: " ") {
            end -= 1
        }
        return end == 0 ? nil : Array(line[..<end])
    }
}

/// Turns lines into envelopes; remembers what a later line may refer to.
final class FactReader {
    private var occurrences = OccurrenceCounter()
    private var typeOfEvent: [[UInt8]: EventType] = [:]

    /// The envelope of a line.
    ///
    /// - Throws: `SchemaError` that names the field, the value and what is allowed.
    func read(_ line: [UInt8]) throws(SchemaError) -> FactJSON.Imported {
        let context = FactJSON.ImportContext(
            hash: { Array(SHA256.hash(data: $0)) },
            occurrence: { [unowned self] in occurrences.next($0) },
            typeOfEvent: { [unowned self] in typeOfEvent[$0] })
        let imported = try FactJSON.decode(line: line, context)
        typeOfEvent[imported.eventID] = imported.type
        return imported
    }

    /// Tells the type of a fact that is already recorded, for corrections of it.
    func know(_ id: [UInt8], _ type: EventType) {
        typeOfEvent[id] = type
    }
}
