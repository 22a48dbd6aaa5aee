import Glibc

struct FileFailure: Error {
    let path: String
    let code: Int32
}

/// All bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw FileFailure(path: path, code: errno) }
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

/// Replaces a file's contents.
func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw FileFailure(path: path, code: errno) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes { raw in
            write(descriptor, raw.baseAddress?.advanced(by: written), raw.count - written)
        }
        guard count > 0 else { throw FileFailure(path: path, code: errno) }
        written += count
    }
}

func copyFile(_ from: String, to: String) throws {
    try writeFile(to, readFile(from))
}
