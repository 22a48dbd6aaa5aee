import Glibc

/// A directory below the system's temporary one that is removed when the value goes out of use.
package final class TemporaryDirectory: Sendable {
    /// Absolute path without a trailing slash.
    package let path: String

    package init(_ label: String = "taizhang") {
        let base = environmentValue("TMPDIR") ?? "/tmp"
        var template = Array("\(base)/\(label)-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, let pointer = mkdtemp(start) else {
                return nil
            }
            return String(cString: pointer)
        }
        precondition(made != nil, "cannot make a temporary directory below \(base)")
        path = made ?? base
    }

    deinit {
        Self.remove(path)
    }

    /// The path of a file or folder inside.
    package func appending(_ name: String) -> String {
        "\(path)/\(name)"
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                    String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name == "." || name == ".." { continue }
                let child = "\(path)/\(name)"
                if unlink(child) != 0 { remove(child) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// The value of an environment variable, nil when it is unset or empty.
package func environmentValue(_ name: String) -> String? {
    guard let pointer = getenv(name) else { return nil }
    let value = String(cString: pointer)
    return value.isEmpty ? nil : value
}
