import Glibc

struct FileFailure: Error {
    let code: Int32
}

/// All bytes of a file.
func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileFailure(code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = Glibc.read(descriptor, &block, block.count)
        guard count >= 0 else { throw FileFailure(code: errno) }
        if count == 0 { return bytes }
        bytes += block[..<count]
    }
}

/// Replaces a file.
func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw FileFailure(code: errno) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
        }
        guard count > 0 else { throw FileFailure(code: errno) }
        written += count
    }
}
