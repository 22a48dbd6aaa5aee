import Foundation

/// Where an export or the refused lines of an import go.
final class FactFile {
    private let handle: FileHandle
    private let name: String

    /// - Parameter path: nil for standard output.
    init(_ path: String?) throws {
        guard let path else {
            handle = FileHandle.standardOutput
            name = "stdout"
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let opened = FileHandle(forWritingAtPath: path)
        else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .inputOutput, zh: "不能写文件 \(path)：\(reason)",
                en: "cannot write the file \(path): \(reason)")
        }
        handle = opened
        name = path
    }

    func write(_ line: [UInt8]) throws {
        do {
            try handle.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
        } catch {
            throw CommandFailure(
                .inputOutput, zh: "写 \(name) 失败：\(error.localizedDescription)",
                en: "writing \(name) failed: \(error.localizedDescription)")
        }
    }

    func close() throws {
        if name != "stdout" { try handle.close() }
    }
}
